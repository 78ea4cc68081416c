import type { Score, ScoreChange } from '@/api/types'

/** A score that may be printed: enough answers, and an error that can be estimated. */
export type Shown = Score & { score: number; se: number; low: number; high: number }

export const isShown = (score: Score | null | undefined): score is Shown =>
  !!score && !score.suppressed && !score.insufficient && score.score !== null && score.se !== null && score.low !== null && score.high !== null

/** A difference with its interval; the interval holds zero unless the change may be claimed. */
export interface Change { difference: number; low: number; high: number }

/** The server judges a change after looking at all streets (Holm); what it does not claim is not shown as one. */
export function claimOf(change: ScoreChange | undefined): Change | null {
  if (!change || change.difference === null || change.low === null || change.high === null) return null
  const { difference, low, high } = change
  return change.verdict === 'alike' ? { difference, low: Math.min(low, 0), high: Math.max(high, 0) } : { difference, low, high }
}
