import type { Feature, FeatureCollection, Geometry, Position } from 'geojson'
import type { Point } from './model'

export interface Drawn { code: string; name: string; path: string; at: [number, number] }
type Shape = Feature<Geometry, { code: string; name: string }>

const ringsOf = (geometry: Geometry): Position[][] => (geometry.type === 'Polygon' ? geometry.coordinates : geometry.type === 'MultiPolygon' ? geometry.coordinates.flat() : [])

/** A flat drawing of a few areas, north up, true in both directions at their middle; and the way back from a touch to a position. */
export function drawing(shapes: FeatureCollection<Geometry, { code: string; name: string }>, width = 1000) {
  const all = shapes.features.flatMap((f) => ringsOf(f.geometry).flat())
  if (!all.length) return undefined
  const west = Math.min(...all.map((p) => p[0]!)), east = Math.max(...all.map((p) => p[0]!)), south = Math.min(...all.map((p) => p[1]!)), north = Math.max(...all.map((p) => p[1]!))
  const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180)
  const scale = width / ((east - west) * squeeze)
  const height = (north - south) * scale
  const xy = ([lon, lat]: Position): [number, number] => [(lon! - west) * squeeze * scale, (north - lat!) * scale]
  const areas = shapes.features.map((f: Shape): Drawn => {
    const rings = ringsOf(f.geometry)
    const path = rings.map((ring) => `M${ring.map((p) => xy(p).map((n) => n.toFixed(1)).join(' ')).join('L')}Z`).join('')
    const outer = rings[0] ?? []
    const middle: Position = [0, 1].map((i) => (Math.min(...outer.map((p) => p[i]!)) + Math.max(...outer.map((p) => p[i]!))) / 2)
    return { code: f.properties.code, name: f.properties.name, path, at: xy(middle) }
  })
  const place = (x: number, y: number): Point => ({ lat: Math.round((north - y / scale) * 1e6) / 1e6, lon: Math.round((west + x / scale / squeeze) * 1e6) / 1e6 })
  return { width, height, areas, place, spot: (p: Point) => xy([p.lon, p.lat]) }
}
