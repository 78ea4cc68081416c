/** The axis of differences: from below the least to above the greatest, zero always on it. */
export interface Span { low: number; high: number }

export function spanOf(values: (number | null | undefined)[]): Span {
  const finite = values.filter((v): v is number => typeof v === 'number' && Number.isFinite(v))
  const low = Math.floor(Math.min(0, ...finite))
  const high = Math.ceil(Math.max(0, ...finite))
  return { low: low === high ? low - 1 : low, high: low === high ? high + 1 : high }
}

/** Place of a value on a span drawn so wide. */
export const along = (span: Span, value: number, width: number, margin = 6): number => margin + ((value - span.low) / (span.high - span.low)) * (width - 2 * margin)
