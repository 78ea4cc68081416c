/** A corner: longitude and latitude in degrees. */
export type Corner = [number, number]

const metre = (Math.PI / 180) * 6371008.8

/** The corners on a plane in metres around the first. */
function plane(corners: Corner[]): Corner[] {
  const [lon, lat] = corners[0] ?? [0, 0]
  const narrow = Math.cos((lat * Math.PI) / 180)
  return corners.map(([x, y]) => [(x - lon) * metre * narrow, (y - lat) * metre])
}

/** The area in square metres. */
export function areaOf(corners: Corner[]): number {
  const p = plane(corners)
  return Math.abs(p.reduce((sum, [x, y], i) => { const [u, v] = p[(i + 1) % p.length]!; return sum + x * v - u * y }, 0)) / 2
}

/** Where two stretches meet, ends included; null if they do not. */
function meeting([a, b]: [Corner, Corner], [c, d]: [Corner, Corner]): Corner | null {
  const rx = b[0] - a[0], ry = b[1] - a[1], sx = d[0] - c[0], sy = d[1] - c[1], qx = c[0] - a[0], qy = c[1] - a[1]
  const cross = rx * sy - ry * sx
  if (cross === 0) {
    if (qx * ry - qy * rx !== 0) return null
    const length = rx * rx + ry * ry
    const at = [qx * rx + qy * ry, (d[0] - a[0]) * rx + (d[1] - a[1]) * ry].map((n) => n / (length || 1))
    const from = Math.max(0, Math.min(...at)), to = Math.min(1, Math.max(...at))
    return from <= to ? [a[0] + from * rx, a[1] + from * ry] : null
  }
  const t = (qx * sy - qy * sx) / cross, u = (qx * ry - qy * rx) / cross
  return t >= 0 && t <= 1 && u >= 0 && u <= 1 ? [a[0] + t * rx, a[1] + t * ry] : null
}

/** The first place where the border meets itself, or null. An open border has no stretch from the last corner to the first. */
export function selfMeeting(corners: Corner[], closed: boolean): Corner | null {
  const n = corners.length
  const stretches = (closed ? n : n - 1)
  const stretch = (i: number): [Corner, Corner] => [corners[i]!, corners[(i + 1) % n]!]
  for (let i = 0; i < stretches; i++) {
    const [a, b] = stretch(i)
    if (a[0] === b[0] && a[1] === b[1]) return a
    for (let k = i + 1; k < stretches; k++) {
      const neighbours = k === i + 1 || (closed && i === 0 && k === n - 1)
      const at = meeting(stretch(i), stretch(k))
      if (at && !(neighbours && onlyShared(stretch(i), stretch(k)))) return at
    }
  }
  return null
}

/** Whether two neighbours meet in their common corner alone, and do not run back on each other. */
function onlyShared(one: [Corner, Corner], two: [Corner, Corner]): boolean {
  const same = (a: Corner, b: Corner) => a[0] === b[0] && a[1] === b[1]
  const shared = same(one[1], two[0]) ? one[1] : one[0]
  const a = same(shared, one[0]) ? one[1] : one[0]
  const b = same(shared, two[0]) ? two[1] : two[0]
  const ax = a[0] - shared[0], ay = a[1] - shared[1], bx = b[0] - shared[0], by = b[1] - shared[1]
  return ax * by - ay * bx !== 0 || ax * bx + ay * by < 0
}

/** The middle of each stretch, where a corner can be put in. */
export const middles = (corners: Corner[], closed: boolean): Corner[] =>
  corners.slice(0, closed ? undefined : -1).map((a, i) => { const b = corners[(i + 1) % corners.length]!; return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2] })

/** The corners of a drawing with one border; null for one with holes or several parts, which can only be drawn anew. */
export function cornersOf(geometry: unknown): Corner[] | null {
  const g = geometry as { type?: string; coordinates?: Corner[][] | Corner[][][] } | undefined
  const polygon = g?.type === 'Polygon' ? (g.coordinates as Corner[][]) : g?.type === 'MultiPolygon' && g.coordinates?.length === 1 ? (g.coordinates as Corner[][][])[0] : undefined
  const ring = polygon?.length === 1 ? polygon[0] : undefined
  return ring && ring.length >= 4 ? ring.slice(0, -1).map(([x, y]) => [x, y]) : null
}

/** A drawing as the server takes it. */
export const geometryOf = (corners: Corner[]) => ({ type: 'Polygon', coordinates: [[...corners, corners[0]!]] })
