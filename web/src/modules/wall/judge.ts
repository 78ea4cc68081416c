interface Interval { low: number | null; high: number | null }

/** The colour of a score: green or amber only where its whole interval lies above or below the district. */
export function toneOf(one: Interval, mean: number | null | undefined): string {
  if (mean === null || mean === undefined || one.low === null || one.high === null) return 'var(--w-text-2)'
  return one.low > mean ? 'var(--w-ok)' : one.high < mean ? 'var(--w-warn)' : 'var(--w-text-2)'
}

/** An axis with at most four round ticks over some values, drawn between two places. */
export function scaleOf(values: number[], left: number, right: number): { x: (v: number) => number; ticks: number[] } {
  const low = Math.floor(Math.min(...values) - 0.2)
  const step = Math.max(1, Math.ceil((Math.max(...values) + 0.2 - low) / 3))
  const span = 3.6 * step
  return { x: (v) => left + ((v - low) / span) * (right - left), ticks: [0, 1, 2, 3].map((n) => low + n * step) }
}
