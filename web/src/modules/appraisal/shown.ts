import type { Score } from '@/api/types'

/** A score that may be printed: enough answers, and an error that can be estimated. */
export type Shown = Score & { score: number; se: number; low: number; high: number }

export const isShown = (score: Score | null | undefined): score is Shown =>
  !!score && !score.suppressed && !score.insufficient && score.score !== null && score.se !== null && score.low !== null && score.high !== null

/** A difference of two independent scores with its 95% interval. */
export interface Change { difference: number; low: number; high: number }

export function changeOf(now: Score, before: Score | undefined): Change | null {
  if (!isShown(now) || !isShown(before)) return null
  const difference = now.score - before.score
  const error = 1.96 * Math.hypot(now.se, before.se)
  return { difference, low: difference - error, high: difference + error }
}
