import type { Feature, Geometry, Position } from 'geojson'

export type Bounds = [[number, number], [number, number]]

const positions = (geometry: Geometry): Position[] =>
  geometry.type === 'Polygon' ? geometry.coordinates.flat() : geometry.type === 'MultiPolygon' ? geometry.coordinates.flat(2) : geometry.type === 'MultiLineString' ? geometry.coordinates.flat() : geometry.type === 'LineString' ? geometry.coordinates : []

/** South-west and north-east corner of all features, or null for none. */
export function boundsOf(features: Feature[]): Bounds | null {
  let box: Bounds | null = null
  for (const feature of features) {
    for (const [x = 0, y = 0] of positions(feature.geometry)) {
      if (!box) box = [[x, y], [x, y]]
      else box = [[Math.min(box[0][0], x), Math.min(box[0][1], y)], [Math.max(box[1][0], x), Math.max(box[1][1], y)]]
    }
  }
  return box
}

/** A point inside for the label: the centre of mass of the largest ring. */
export function labelPoint(geometry: Geometry): [number, number] | null {
  const rings = geometry.type === 'Polygon' ? [geometry.coordinates[0] ?? []] : geometry.type === 'MultiPolygon' ? geometry.coordinates.map((p) => p[0] ?? []) : []
  let best: { size: number; point: [number, number] } | null = null
  for (const ring of rings) {
    let size = 0
    let x = 0
    let y = 0
    for (let i = 0; i + 1 < ring.length; i++) {
      const [ax = 0, ay = 0] = ring[i]!
      const [bx = 0, by = 0] = ring[i + 1]!
      const cross = ax * by - bx * ay
      size += cross
      x += (ax + bx) * cross
      y += (ay + by) * cross
    }
    if (!best || Math.abs(size) > best.size) best = { size: Math.abs(size), point: [x / (3 * size), y / (3 * size)] }
  }
  return best && Number.isFinite(best.point[0]) ? best.point : null
}
