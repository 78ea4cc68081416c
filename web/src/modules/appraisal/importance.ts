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

interface Box { left: number; right: number; top: number; bottom: number }
interface Seat { x: number; y: number; anchor: 'start' | 'end'; box: Box }
const touch = (a: Box, b: Box) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom

/** Where the words of a point may stand, best first: right above, right below, left above, left below, then further off. */
function seats(x: number, y: number, length: number): Seat[] {
  return [-5, 15, -18, 28, -31, 41].flatMap((rise) => (['start', 'end'] as const).map((anchor) => {
    const at = anchor === 'start' ? x + 8 : x - 8
    return { x: at, y: y + rise, anchor, box: { left: anchor === 'start' ? at : at - length, right: anchor === 'start' ? at + length : at, top: y + rise - 11, bottom: y + rise + 2 } }
  }))
}

/** Every point gets its words at the nearest free place. */
export function layOut(of: { items: Driver[]; mid_share: number; mid_score: number }, width: number, height: number): Plot {
  const [left, right, top, bottom] = [34, width - 12, 22, height - 40]
  const items = of.items.filter((d) => d.score !== null)
  const most = Math.max(of.mid_share * 1.5, ...items.map((d) => d.high ?? d.importance)) * 1.08
  const scores = items.map((d) => d.score ?? of.mid_score)
  const from = Math.floor(Math.min(of.mid_score - 1, ...scores) - 0.5)
  const to = Math.ceil(Math.max(of.mid_score + 1, ...scores) + 0.5)
  const x = linear(0, most, left, right)
  const y = linear(from, to, bottom, top)
  const dots = items.map((d) => ({ d, x: x(d.importance), y: y(d.score ?? of.mid_score) }))
  const taken: Box[] = dots.map((p) => ({ left: p.x - 6, right: p.x + 6, top: p.y - 6, bottom: p.y + 6 }))
  const points = dots.map<PlotPoint>(({ d, x: px, y: py }) => {
    const free = seats(px, py, d.label.length * 12).find((s) => s.box.left > left && s.box.right < width && s.box.top > top && !taken.some((k) => touch(k, s.box)))
    const seat = free ?? seats(px, py, d.label.length * 12)[0]!
    taken.push(seat.box)
    return { code: d.code, label: d.label, quadrant: d.quadrant, x: px, y: py, low: x(d.low ?? d.importance), high: x(d.high ?? d.importance), labelX: seat.x, labelY: seat.y, anchor: seat.anchor }
  })
  return { left, right, top, bottom, midX: x(of.mid_share), midY: y(of.mid_score), xTicks: ticks(0, most, most > 0.3 ? 0.1 : 0.05, x), yTicks: ticks(from, to, to - from > 8 ? 2 : 1, y), points }
}
