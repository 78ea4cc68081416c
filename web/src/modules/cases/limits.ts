import type { CaseClock, CaseDetail } from '@/api/types'
import { t } from '@/kit/i18n'

/** The clock of the lead unit, the latest round of it. */
export const handleClock = (item: Pick<CaseDetail, 'clocks'>): CaseClock | undefined => item.clocks.filter((k) => k.kind === 'handle').at(-1)

/** 工作日 */
export function limitUnit(unit: string | undefined): string {
  const units: Record<string, string> = { urgent_hour: t('小时（昼夜连续）'), work_hour: t('工作时'), work_day: t('工作日'), calendar_day: t('自然日'), minute: t('分钟'), urgent_minute: t('分钟') }
  return units[unit ?? ''] ?? unit ?? ''
}

/** 3 work_day → 3工作日 */
export function limitWords(limit: string | undefined): string {
  const [n = '', unit = ''] = (limit ?? '').split(' ')
  return n + limitUnit(unit)
}
