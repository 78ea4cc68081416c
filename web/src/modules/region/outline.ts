import type { Geometry, Position } from 'geojson'

/** A polygon as an SVG path in a box about `size` units wide; longitude is shortened by the latitude so shapes look right. */
export function outlineOf(geometry: Geometry | undefined, size: number): { path: string; box: string } | null {
  if (!geometry || (geometry.type !== 'Polygon' && geometry.type !== 'MultiPolygon')) return null
  const rings = geometry.type === 'Polygon' ? geometry.coordinates : geometry.coordinates.flat()
  const all = rings.flat()
  if (!all.length) return null
  const xs = all.map((p) => p[0] ?? 0)
  const ys = all.map((p) => p[1] ?? 0)
  const [west, east, south, north] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]
  const narrow = Math.cos((((south + north) / 2) * Math.PI) / 180)
  const scale = size / Math.max((east - west) * narrow, north - south, 1e-9)
  const point = (p: Position) => `${(((p[0] ?? 0) - west) * narrow * scale).toFixed(1)} ${((north - (p[1] ?? 0)) * scale).toFixed(1)}`
  const path = rings.map((ring) => `M${ring.map(point).join('L')}Z`).join('')
  return { path, box: `-4 -4 ${((east - west) * narrow * scale + 8).toFixed(1)} ${((north - south) * scale + 8).toFixed(1)}` }
}
