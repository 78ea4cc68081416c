import { t } from '@/kit/i18n'
import type { Tone } from '@/ui/status'

/** How likely two cases are the same, for somebody who has one second. */
export const likeness = (score: number): string => (score >= 0.7 ? t('很可能是同一件') : score >= 0.5 ? t('可能是同一件') : t('相似'))

/** How sure a proposed category is. */
export const sureness = (confidence: number): string => (confidence >= 0.7 ? t('把握大') : confidence >= 0.4 ? t('较有把握') : t('供参考'))

/** How a hot spot moves against the period before. */
export const trendWords = (trend: string): { words: string; tone: Tone } =>
  ({ new: { words: t('新出现'), tone: 'over' as const }, rising: { words: t('明显增多'), tone: 'over' as const }, steady: { words: t('持平'), tone: 'done' as const }, falling: { words: t('减少'), tone: 'ok' as const } })[trend] ?? { words: trend, tone: 'done' }
