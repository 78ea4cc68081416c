import type { Feature, FeatureCollection, Geometry } from 'geojson'
import type { Definition, Fence } from './api'

const metre = (Math.PI / 180) * 6371008.8

/** A circle as a polygon of 48 corners. */
function round(lat: number, lon: number, radius: number): Geometry {
  const ring = Array.from({ length: 48 }, (_, i) => { const a = (i / 48) * 2 * Math.PI; return [lon + (radius * Math.cos(a)) / metre / Math.cos((lat * Math.PI) / 180), lat + (radius * Math.sin(a)) / metre] })
  return { type: 'Polygon', coordinates: [[...ring, ring[0]!]] }
}

/** Fences with ground of their own as shapes; areas of the tree come from `areas`, by code. */
export function shapesOf(fences: Fence[], areas: Map<string, Geometry>, except = ''): FeatureCollection {
  const features: Feature[] = []
  for (const f of fences) {
    const d = f.definition as Definition
    const geometry = d.kind === 'circle' ? round(d.lat!, d.lon!, d.radius!) : d.kind === 'polygon' ? (d.geometry as Geometry) : d.kind === 'area' ? areas.get(d.area ?? '') : undefined
    if (geometry && f.id !== except) features.push({ type: 'Feature', geometry, properties: { id: f.id, name: f.name, active: f.active } })
  }
  return { type: 'FeatureCollection', features }
}
