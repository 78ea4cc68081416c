import type { Feature, FeatureCollection } from 'geojson'
import type { Map as MapLibre } from 'maplibre-gl'
import { watch, type Ref } from 'vue'
import { token } from '@/kit/theme'
import { boundsOf } from '@/modules/region/map/geometry'
import { pointAt, useBaseMap } from '@/modules/region/map/useBaseMap'
import type { Shapes } from '@/modules/region/map/useMap'
import type { SeenPoint } from './api'

export interface CoverageScene { street?: Shapes; community?: Shapes; grid?: Shapes; shares: Map<string, number>; unvisited: Set<string>; points: SeenPoint[]; area: string }
export const breaks = [0.25, 0.5, 0.75]

const none: FeatureCollection = { type: 'FeatureCollection', features: [] }

/** Grids coloured by the share of their places seen; below them, when near, the places. */
export function useCoverageMap(box: Ref<HTMLElement | null>, scene: () => CoverageScene, choose: (grid: string) => void) {
  let fitted = ''
  const { failed, map, put, zoom } = useBaseMap(box, {
    classes: { breaks, labels: [] },
    styled(made) { layers(made); fill() },
    ready(made) {
      made.on('click', 'fill', (event) => { const code = event.features?.[0]?.properties?.code; if (code) choose(String(code)) })
      pointAt(made, 'fill')
    },
  })
  watch(scene, fill, { flush: 'post' })

  function layers(made: MapLibre): void {
    made.addSource('point', { type: 'geojson', data: none })
    made.addSource('nobody', { type: 'geojson', data: none })
    made.addLayer({ id: 'nobody', type: 'line', source: 'nobody', paint: { 'line-color': token('--yw-over-bar'), 'line-width': 1.6, 'line-dasharray': [2, 1.5] } }, 'community-line')
    made.addLayer({ id: 'points', type: 'circle', source: 'point', minzoom: 13, paint: {
      'circle-radius': ['interpolate', ['linear'], ['zoom'], 13, 2.2, 17, 6], 'circle-color': ['case', ['get', 'seen'], token('--yw-ok-bar'), token('--yw-surface')],
      'circle-stroke-color': ['case', ['get', 'seen'], token('--yw-surface'), token('--yw-over-bar')], 'circle-stroke-width': 1.4 } })
  }

  function fill(): void {
    if (!map()?.getSource('point')) return
    const s = scene()
    const grids = (s.grid?.features ?? []).filter((f) => s.shares.has(String(f.properties.code)))
    put('street', s.street); put('community', s.community); put('grid', s.grid)
    put('shown', { type: 'FeatureCollection', features: grids.map((f) => ({ ...f, properties: { ...f.properties, value: s.shares.get(String(f.properties.code)) } })) })
    put('nobody', { type: 'FeatureCollection', features: grids.filter((f) => s.unvisited.has(String(f.properties.code))) })
    put('point', { type: 'FeatureCollection', features: s.points.map((p): Feature => ({ type: 'Feature', geometry: { type: 'Point', coordinates: [p.lon, p.lat] }, properties: { seen: !!p.last_at } })) })
    put('chosen', { type: 'FeatureCollection', features: [...(s.community?.features ?? []), ...(s.grid?.features ?? [])].filter((f) => f.properties.code === s.area) })
    if (fitted !== s.area && grids.length) fit()
  }

  /** Shows the chosen area. */
  function fit(): void {
    const s = scene()
    const inside = [...(s.grid?.features ?? [])].filter((f) => String(f.properties.code).startsWith(s.area))
    const bounds = boundsOf(inside.length ? inside : (s.street?.features ?? []))
    if (!bounds) return
    map()?.fitBounds(bounds, { padding: 40, maxZoom: 16, animate: !!fitted, duration: 400 })
    fitted = s.area
  }

  return { failed, fit, zoom }
}
