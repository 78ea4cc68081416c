import { t } from '@/kit/i18n'
import type { CaseView } from './api'
import { sortsByChange, type Filter, type Sort } from './filter'

/** Names of the shipped views; a saved one brings its own. */
const shipped = (): Record<string, string> => ({
  todo: t('我的待办'), today: t('今日盯办'), intake: t('待受理立案'), dispatch: t('待派遣'), returned: t('退单与研判'), doing: t('办理中'),
  closing: t('核查与结案'), drawn: t('待抽查'), watched: t('我关注的'), open: t('全部在办'), all: t('全部事件'),
})
export const viewName = (view: Pick<CaseView, 'id' | 'name'>): string => view.name || shipped()[view.id] || view.id

/** What a tab of nothing says: good news, or what to do. */
const nothing = (): Record<string, string> => ({
  todo: t('没有等您办的事件。'), today: t('今天到期和超期的都办完了。'), returned: t('没有退单，也没有待研判的。'), watched: t('还没有关注事件。打开一件，点“关注”，它就留在这里。'),
})
export const nothingWords = (view?: string): string => nothing()[view ?? ''] ?? t('没有符合条件的事件。')

export const sorts = (filter: Filter): { value: Sort; label: string }[] => [
  { value: 'due', label: t('先到期') }, { value: 'newest', label: t('最新上报') }, { value: 'oldest', label: t('最早上报') },
  ...(sortsByChange(filter) ? [{ value: 'changed' as const, label: t('最近变动') }] : []),
]

export const lamps = () => [
  { value: 'overdue', label: t('已超期') }, { value: 'today', label: t('今日到期及超期') }, { value: 'warned', label: t('预警') }, { value: 'paused', label: t('暂停计时') },
]

/** Marks that are there or not. */
export const flags = () => [
  { key: 'open' as const, label: t('未归档') }, { key: 'urgent' as const, label: t('紧急') }, { key: 'supervised' as const, label: t('督办') }, { key: 'returned' as const, label: t('退过单') },
  { key: 'again' as const, label: t('返工或重复') }, { key: 'joint' as const, label: t('已吹哨') }, { key: 'drawn' as const, label: t('待抽查') }, { key: 'watched' as const, label: t('我关注的') },
  { key: 'todo' as const, label: t('等我办') }, { key: 'mine' as const, label: t('我上报的') },
]

/** 1,000 counted means more than 999. */
export const countWords = (n: number | undefined): string => (n === undefined ? '' : n > 999 ? '999+' : String(n))
