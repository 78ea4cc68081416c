import type { Case } from '@/api/types'

/** How much of the time of the stage is used, 0 to 1: amber begins at the half, so the beginning follows from warn and due. */
export function used(c: Pick<Case, 'due_at' | 'warn_at'>, now: number): number | null {
  if (!c.due_at || !c.warn_at) return null
  const due = Date.parse(c.due_at), warn = Date.parse(c.warn_at)
  const begun = warn - (due - warn)
  if (due <= begun) return null
  return Math.min(1, Math.max(0.02, (now - begun) / (due - begun)))
}
