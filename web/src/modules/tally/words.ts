import { score } from '@/kit/format'
import { t } from '@/kit/i18n'
import type { By, Figure, Metric } from './api'

export interface Choice<T extends string = string> { value: T; label: string }

/** What a table may be divided by. */
export const divisions = (): Choice<By>[] => [
  { value: 'area', label: t('区域') }, { value: 'unit', label: t('单位') }, { value: 'category', label: t('类别') }, { value: 'channel', label: t('来源') },
  { value: 'day', label: t('按日') }, { value: 'week', label: t('按周') }, { value: 'month', label: t('按月') },
]

const names: Record<string, () => string> = {
  reported: () => t('上报'), closed: () => t('办结'), self_handled: () => t('自行处置'), open: () => t('期末在办'), M01: () => t('立案率'), M02: () => t('派遣准确率'),
  M03: () => t('按时签收率'), M04: () => t('处置率'), M05: () => t('按期处置率'), M06: () => t('按期结案率'), M07: () => t('返工率'), M08: () => t('超期未结'),
  M09: () => t('回访满意率'), M10: () => t('重复投诉率'), M11: () => t('退单率'), M12: () => t('平均处置时长'), R1: () => t('响应率'), R2: () => t('解决率'), R3: () => t('满意率'),
}
export const metricName = (m: { code: string; name: string }): string => names[m.code]?.() ?? m.name

/** 92.4%, 8.3 or 1,204 as the kind of the metric has it; a dash where there is nothing to divide by. */
export function figureWords(m: Pick<Metric, 'kind'>, f: Figure | undefined): string {
  if (f?.value === undefined || f.value === null) return '—'
  if (m.kind === 'rate') return `${score(f.value)}%`
  return m.kind === 'mean' ? score(f.value) : String(f.num)
}

/** 分子 / 分母 */
export const fraction = (m: Pick<Metric, 'kind'>, f: Figure | undefined): string => (m.kind === 'rate' && f?.den ? `${f.num} / ${f.den}` : '')

export const unitOf = (m: Pick<Metric, 'kind'>): string => (m.kind === 'mean' ? t('工作时') : m.kind === 'rate' ? '' : t('件'))
