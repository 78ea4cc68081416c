import { t } from '@/kit/i18n'

export const stageName = (stage: string): string => ({ reported: t('上报'), accepted: t('受理'), dispatched: t('派遣'), handling: t('处置'), checking: t('核查'), closed: t('结案') })[stage] ?? stage
export const levelName = (level: string): string => ({ grid: t('网格'), community: t('社区'), street: t('街道'), district: t('区'), city: t('市') })[level] ?? level
export const short = (name: string): string => name.replace(/(?<=..)(街道|社区居委会|社区)$/, '')
/** A grid's name without its community's. */
export function gridOf(name: string, community: string): string {
  const own = short(community)
  return (name.startsWith(own) && name.replace(own, '').replace(/^社区(居委会)?/, '')) || name
}
/** How long something is overdue, by the clock. */
export function lateWords(ms: number): string {
  const hours = Math.floor(ms / 3_600_000)
  return hours >= 48 ? t('超{n}天', { n: Math.floor(hours / 24) }) : hours >= 1 ? t('超{n}小时', { n: hours }) : t('超{n}分钟', { n: Math.max(1, Math.floor(ms / 60_000)) })
}
export const aboutPerson = (source: string): string => (source === 'sos' ? t('网格员求助') : t('人员告警'))

/** A wave without the words every wave is called by. */
export const wave = (name: string): string => name.replace('满意度考评', '')
