import { t } from '@/kit/i18n'
import type { Choice } from './words'

/** Days of the district, whatever the reader's clock says. */
const zone = 8 * 3600_000
export const dayOf = (at: number): string => new Date(at + zone).toISOString().slice(0, 10)
export const startOf = (day: string): string => `${day}T00:00:00+08:00`
export const addDays = (day: string, n: number): string => dayOf(Date.parse(startOf(day)) + n * 86400_000)

export const periods = (): Choice[] => [
  { value: 'today', label: t('今天') }, { value: '7', label: t('近 7 天') }, { value: '30', label: t('近 30 天') }, { value: 'month', label: t('本月') },
  { value: 'last', label: t('上月') }, { value: '90', label: t('近 90 天') },
]

/** First day and first day after of a named period. */
export function periodOf(name: string, now: number): { since: string; until: string } {
  const today = dayOf(now)
  const tomorrow = addDays(today, 1)
  const first = `${today.slice(0, 7)}-01`
  if (name === 'today') return { since: today, until: tomorrow }
  if (name === 'month') return { since: first, until: tomorrow }
  if (name === 'last') return { since: `${addDays(first, -1).slice(0, 7)}-01`, until: first }
  return { since: addDays(tomorrow, -(Number(name) || 30)), until: tomorrow }
}
