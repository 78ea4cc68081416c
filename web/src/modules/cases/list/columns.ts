import type { Case } from '@/api/types'
import { count, moment } from '@/kit/format'
import { t } from '@/kit/i18n'
import type { Column } from '@/ui/table'
import { caseStateName, channelName, levelName, resultName, satisfactionName } from '../words'

/** Every column the table can show; the keys are those of saved views and exports. */
export const allColumns = (): Column<Case>[] => [
  { key: 'number', label: t('编号'), text: (c) => c.number },
  { key: 'title', label: t('标题') },
  { key: 'due', label: t('时限') },
  { key: 'state', label: t('状态'), text: (c) => caseStateName(c.state) },
  { key: 'category', label: t('分类'), text: (c) => c.category_name ?? '' },
  { key: 'area', label: t('区域'), text: (c) => c.area_name },
  { key: 'address', label: t('地址'), text: (c) => c.address },
  { key: 'holder', label: t('在谁手里'), text: (c) => c.holder_name ?? '' },
  { key: 'lead', label: t('牵头单位'), text: (c) => c.lead_name ?? '' },
  { key: 'level', label: t('层级'), text: (c) => levelName(c.level) },
  { key: 'channel', label: t('来源'), text: (c) => channelName(c.channel) },
  { key: 'reported', label: t('上报时间'), text: (c) => moment(c.reported_at) },
  { key: 'filed', label: t('立案时间'), text: (c) => moment(c.filed_at) },
  { key: 'handled', label: t('处置完成'), text: (c) => moment(c.handled_at) },
  { key: 'closed', label: t('结案时间'), text: (c) => moment(c.closed_at) },
  { key: 'changed', label: t('最近变动'), text: (c) => moment(c.changed_at) },
  { key: 'voices', label: t('人次'), right: true, text: (c) => count(c.voices) },
  { key: 'returns', label: t('退单'), right: true, text: (c) => count(c.returns) },
  { key: 'reworks', label: t('返工'), right: true, text: (c) => count(c.reworks) },
  { key: 'result', label: t('办理结果'), text: (c) => resultName(c.result) },
  { key: 'satisfaction', label: t('满意度'), text: (c) => satisfactionName(c.satisfaction) },
]

/** What a table shows before anybody chose. */
export const usual = ['number', 'title', 'due', 'state', 'category', 'area', 'holder', 'reported']

/** The columns of the keys, in their order; the usual ones where none is named. */
export function columnsOf(keys: string[]): Column<Case>[] {
  const known = new Map(allColumns().map((c) => [c.key, c]))
  const list = (keys.length ? keys : usual).flatMap((k) => known.get(k) ?? [])
  return list.length ? list : columnsOf(usual)
}
