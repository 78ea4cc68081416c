import type { Driver } from '@/api/types'

/** The places of an importance–performance chart; pure, so that points, whiskers and words agree. */
export interface PlotPoint { code: string; label: string; quadrant: string; x: number; y: number; low: number; high: number; labelX: number; labelY: number; anchor: 'start' | 'end' }
export interface Tick { value: number; at: number }
export interface Plot { left: number; right: number; top: number; bottom: number; midX: number; midY: number; xTicks: Tick[]; yTicks: Tick[]; points: PlotPoint[] }

const linear = (from: number, to: number, low: number, high: number) => (v: number) => low + ((v - from) / (to - from || 1)) * (high - low)

function ticks(from: number, to: number, step: number, at: (v: number) => number): Tick[] {
  const out: Tick[] = []
  for (let v = Math.ceil(from / step - 1e-9) * step; v <= to + 1e-9; v += step) out.push({ value: v, at: at(v) })
  return out
}

/** Words stand right of their point, or left of it near the right edge; words that would touch give way downwards. */
export function layOut(of: { items: Driver[]; mid_share: number; mid_score: number }, width: number, height: number): Plot {
  const [left, right, top, bottom] = [34, width - 12, 22, height - 40]
  const items = of.items.filter((d) => d.score !== null)
  const most = Math.max(of.mid_share * 1.5, ...items.map((d) => d.high ?? d.importance)) * 1.08
  const scores = items.map((d) => d.score ?? of.mid_score)
  const from = Math.floor(Math.min(of.mid_score - 1, ...scores) - 0.5)
  const to = Math.ceil(Math.max(of.mid_score + 1, ...scores) + 0.5)
  const x = linear(0, most, left, right)
  const y = linear(from, to, bottom, top)
  const taken: { x: number; y: number }[] = []
  const points = items.map<PlotPoint>((d) => {
    const px = x(d.importance)
    const py = y(d.score ?? of.mid_score)
    const end = px > right - 130
    const labelX = end ? px - 9 : px + 9
    let labelY = py - 6
    while (taken.some((k) => Math.abs(k.y - labelY) < 14 && Math.abs(k.x - labelX) < 110)) labelY += 7
    taken.push({ x: labelX, y: labelY })
    return { code: d.code, label: d.label, quadrant: d.quadrant, x: px, y: py, low: x(d.low ?? d.importance), high: x(d.high ?? d.importance), labelX, labelY, anchor: end ? 'end' : 'start' }
  })
  return { left, right, top, bottom, midX: x(of.mid_share), midY: y(of.mid_score), xTicks: ticks(0, most, most > 0.3 ? 0.1 : 0.05, x), yTicks: ticks(from, to, to - from > 8 ? 2 : 1, y), points }
}
