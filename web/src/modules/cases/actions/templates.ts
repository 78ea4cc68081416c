import type { CaseDetail } from '@/api/types'
import { date } from '@/kit/format'
import { t } from '@/kit/i18n'

/** Ready sentences with the facts of the case put in. A desk's own templates come from its shared list. */
export function templatesFor(kind: 'note' | 'reply' | 'outcome', action: string, item: CaseDetail): string[] {
  const values = { title: item.title, unit: item.lead_name || t('承办单位'), place: item.address || item.area_name, day: date(item.reported_at), due: date(item.promised_at), number: item.number, category: item.category_name ?? '' }
  if (kind === 'reply') {
    if (action === 'reject') return [
      t('您好，您{day}反映的“{title}”不属于本平台受理范围，建议向有管辖权的部门反映。对本决定有异议的，30 天内可以申诉。', values),
      t('您好，您反映的事项正在司法程序中，请按法律程序解决。', values),
    ]
    return [
      t('您好，您{day}反映的“{title}”已由{unit}办理完毕：{outcome}。感谢您的反映，如仍未解决，30 天内可以再次提出。', { ...values, outcome: item.outcome || t('问题已处理') }),
      t('您好，{unit}已到{place}现场处理，问题已解决，请您确认。', values),
      t('您好，您反映的事项因客观条件暂时无法解决，{unit}已向上级报告，后续进展会再告知您。', values),
    ]
  }
  if (kind === 'outcome') return [t('已到现场处理，恢复正常。'), t('已更换损坏设施，现场试用正常。'), t('已清理完毕，并安排专人巡查。'), t('已向反映人当面解释，反映人表示理解。')]
  switch (action) {
    case 'verify': return [t('现场核查，问题已解决，与照片一致。'), t('现场核查，已处理，周边无同类问题。')]
    case 'rework': return [t('现场核查，问题仍在，照片与现场不符。'), t('只处理了一部分，请继续处置。')]
    case 'confirm': return [t('现场核实，情况属实。')]
    case 'refute': return [t('现场核实，未发现所述情况。')]
    case 'urge': return [t('临近时限，请抓紧办理。'), t('反映人再次来电，请尽快联系。')]
    default: return []
  }
}
