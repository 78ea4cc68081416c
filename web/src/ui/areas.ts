import type { HideArea } from '@/api/types'

const inside = (v: number) => Math.min(1, Math.max(0, v))
const round = (v: number) => Math.round(v * 10_000) / 10_000

/** The rectangle between two corners, in shares of the picture, cut off at its edges. */
export function drawn(a: { x: number; y: number }, b: { x: number; y: number }): HideArea {
  const [x1, x2] = [inside(Math.min(a.x, b.x)), inside(Math.max(a.x, b.x))]
  const [y1, y2] = [inside(Math.min(a.y, b.y)), inside(Math.max(a.y, b.y))]
  return { x: round(x1), y: round(y1), w: round(x2 - x1), h: round(y2 - y1) }
}

/** One step by key: moved, or with shift made larger or smaller; it stays in the picture. */
export function moved(area: HideArea, key: string, size: boolean): HideArea {
  const step = 0.02
  const dx = key === 'ArrowLeft' ? -step : key === 'ArrowRight' ? step : 0
  const dy = key === 'ArrowUp' ? -step : key === 'ArrowDown' ? step : 0
  if (size) return { ...area, w: round(Math.min(1 - area.x, Math.max(step, area.w + dx))), h: round(Math.min(1 - area.y, Math.max(step, area.h + dy))) }
  return { ...area, x: round(Math.min(1 - area.w, Math.max(0, area.x + dx))), y: round(Math.min(1 - area.h, Math.max(0, area.y + dy))) }
}
