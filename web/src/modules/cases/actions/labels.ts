import { t } from '@/kit/i18n'
import type { FieldName } from './form'

/** What a field asks for, by action where the same field means different things. */
export function label(field: FieldName, action: string): string {
  switch (field) {
    case 'note':
      if (action === 'verify' || action === 'confirm' || action === 'refute') return t('现场看到的情况')
      if (action === 'return') return t('具体理由（写明哪条规定）')
      if (action === 'adjudicate') return t('裁定理由')
      if (action === 'comment') return t('留言内容')
      if (action === 'revisit') return t('反映人的话')
      if (action === 'ask_reporter') return t('想问反映人什么')
      if (action === 'ask_reporter') return t('要反映人补充什么')
      if (action === 'supervise') return t('督办要求')
      if (action === 'answer_supervision') return t('办理情况')
      if (action === 'interim') return t('采取了什么措施')
      if (['recall', 'ask_extension', 'ask_suspension', 'refuse_request', 'rework', 'reopen', 'lift_supervision', 'escalate', 'delegate', 'unmerge', 'force_close', 'void', 'reject', 'resume'].includes(action)) return t('理由')
      return t('说明')
    case 'ground': return action === 'return' ? t('退单依据') : t('依据')
    case 'reply': return t('给反映人的答复')
    case 'lead_unit': return t('牵头单位')
    case 'co_units': return t('协办单位')
    case 'category': return t('分类')
    case 'title': return t('标题')
    case 'address': return t('地点')
    case 'officer': return t('网格员')
    case 'result': return t('办理结果')
    case 'outcome': return t('做了什么')
    case 'urgent': return t('紧急')
    case 'amount': return t('延长多少')
    case 'solved': return t('问题解决了吗')
    case 'satisfaction': return t('满意程度')
    case 'reasons': return t('不满意在哪里')
    case 'way': return t('回访方式')
    case 'reporter': return t('回访谁')
    case 'finding': return t('抽查结论')
    case 'due': return t('请于何时前答复')
    case 'into': return t('并入哪一件')
    case 'visibility': return t('谁能看到')
    case 'precedent': return t('判例')
    case 'photos': return t('现场照片')
    case 'place': return t('您现在的位置')
    default: return field
  }
}

export function hint(field: FieldName, action: string): string {
  switch (field) {
    case 'reply': return t('说清谁、做了什么、结果怎样；不写姓名和电话。')
    case 'outcome': return action === 'handle' ? t('供核查和结案使用；没有解决的写明原因。') : ''
    case 'urgent': return t('紧急件按昼夜连续计时。')
    case 'due': return t('当天18时前；不填按3个工作日。')
    case 'officer': return t('不指定时，本网格的网格员都能接。')
    case 'result': return t('“已解决”“部分解决”须有处置前后照片；其余须写明理由。')
    default: return ''
  }
}

/** The server's name of a field, in words. */
export function fieldLabel(location: string): string {
  if (location === 'evidence.before') return t('处置前照片')
  if (location === 'evidence.after') return t('处置后照片')
  const name = location.split('.').pop() as FieldName
  if (name === 'lat') return t('位置')
  return label(name, '')
}

export function reasonWords(message: string): string {
  const words: Record<string, string> = { 'required': t('必须填写'), 'too long': t('太长了'), 'not in the list': t('不在清单里'), 'metres away': t('离现场的米数'), 'no active unit': t('没有这个单位') }
  return words[message] ?? message
}
