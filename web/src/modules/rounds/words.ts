import { t } from '@/kit/i18n'

/** Names of the kinds of places. */
export const kindNames = (): Record<string, string> => ({
  building: t('楼栋'), shop: t('沿街门店'), rental: t('出租房屋'), fire: t('消防设施'), facility: t('公共设施'), water: t('河道水体'), site: t('工地'), school: t('学校周边'), other: t('其他'),
})
export const kindName = (kind: string): string => kindNames()[kind] ?? kind
export const rhythms = (): Record<string, string> => ({ day: t('每天'), week: t('每周'), month: t('每月') })
export const taskStates = (): Record<string, string> => ({ open: t('进行中'), done: t('已完成'), missed: t('未完成'), excused: t('已免做') })
export const hows = (): Record<string, string> => ({ way: t('走到'), photo: t('拍照'), none: t('到不了') })

/** Today in Nanjing, or so many days before. */
export const dayBefore = (days = 0): string => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(new Date(Date.now() - days * 86_400_000))
/** Whether hardly anybody has set out yet, so that yesterday says more than today: before nine in Nanjing. */
export const beforeWork = (at = Date.now()): boolean => new Date(at + 8 * 3_600_000).getUTCHours() < 9
export const minuteWords = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
