import { count, moment } from '@/kit/format'
import { t } from '@/kit/i18n'
import type { Tone } from '@/ui/status'
import type { Filter } from '@/modules/cases/list/filter'
import type { ExportRequest, Kind } from './api'

/** Where a request stands. */
export const standingOf = (r: ExportRequest): { tone: Tone; words: string } =>
  ({
    waiting: { tone: 'warn' as const, words: t('待审批') },
    approved: { tone: 'ok' as const, words: t('已批准') },
    refused: { tone: 'over' as const, words: t('未批准') },
    withdrawn: { tone: 'done' as const, words: t('已撤回') },
    expired: { tone: 'done' as const, words: t('已失效') },
  })[r.state]

/** What the file holds. */
export function contentOf(r: ExportRequest): string {
  if (r.kind === 'track') return t('{name}的轨迹，{from} 至 {to}', { name: r.subject_name ?? '', from: moment(r.from), to: moment(r.to) })
  if (r.kind === 'list') return t('《{title}》，含居民原话', { title: r.subject_name ?? '' })
  return t('{n} 件事件', { n: count(r.lines) })
}

export const formatName = (format: string): string => ({ xlsx: 'Excel', csv: 'CSV', docx: 'Word', gpx: 'GPX', geojson: 'GeoJSON' })[format] ?? format

/** Lines of a file are cases, items or positions. */
export const linesOf = (kind: Kind, n: number): string => (kind === 'track' ? t('{n} 个位置', { n: count(n) }) : t('{n} 行', { n: count(n) }))

/** Where to look at what is asked for: the cases of the filter, the list. A track is looked at with a reason of one's own. */
export function lookAt(r: ExportRequest): { path: string; query?: Record<string, string> } | null {
  if (r.kind === 'list') return { path: `/rectify/lists/${r.subject_id}` }
  if (r.kind === 'case') {
    const asked = (r.content as { filter?: Filter }).filter ?? {}
    return { path: '/cases', query: { f: JSON.stringify({ ...asked, area: asked.area || r.area }) } } // whoever decides sees more than who asked
  }
  return null
}
