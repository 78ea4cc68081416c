/** Geometry of the marks drawn inside cells; pure, so that axis and marks always agree. */

export interface Axis { low: number; high: number; ticks: number[] }

/** A common axis around all intervals, with ticks at round numbers. */
export function axisOf(ranges: { low: number; high: number }[], wanted = 5): Axis {
  const finite = ranges.filter((r) => Number.isFinite(r.low) && Number.isFinite(r.high))
  if (!finite.length) return { low: 0, high: 100, ticks: [0, 20, 40, 60, 80, 100] }
  const min = Math.min(...finite.map((r) => r.low))
  const max = Math.max(...finite.map((r) => r.high))
  const step = stepOf((max - min || 1) / wanted)
  const low = Math.max(0, Math.floor(min / step) * step)
  const high = Math.min(100, Math.ceil(max / step) * step)
  const ticks: number[] = []
  for (let v = low; v <= high + 1e-9; v += step) ticks.push(Number(v.toFixed(6)))
  return { low, high, ticks }
}

function stepOf(raw: number): number {
  const power = 10 ** Math.floor(Math.log10(raw))
  const unit = raw / power
  return (unit <= 1 ? 1 : unit <= 2 ? 2 : unit <= 5 ? 5 : 10) * power
}

/** Place of a value on an axis drawn `width` wide, with room for half a mark at both ends. */
export function place(axis: Axis, value: number, width: number, margin = 6): number {
  const span = axis.high - axis.low || 1
  const x = margin + ((value - axis.low) / span) * (width - 2 * margin)
  return Math.min(width - margin, Math.max(margin, x))
}

/** Place of rank k of n. */
export const rankPlace = (k: number, n: number, width: number): number => ((k - 0.5) / Math.max(n, 1)) * width

/** Heat step −3…3 of a difference; 0 when the difference is within its own error. */
export function heatStep(difference: number, error: number): number {
  const size = Math.abs(difference)
  if (!(size > error) || size === 0) return 0
  const step = size < 2.4 ? 1 : size < 3.4 ? 2 : 3
  return difference < 0 ? -step : step
}
