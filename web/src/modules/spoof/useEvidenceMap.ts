import type { Feature, FeatureCollection } from 'geojson'
import { ref, watch, type Ref } from 'vue'
import { token } from '@/kit/theme'
import { stretches } from '@/modules/patrol/replay/trail'
import type { TrackPoint } from '@/modules/patrol/track'
import { boundsOf } from '@/modules/region/map/geometry'
import { useBaseMap } from '@/modules/region/map/useBaseMap'
import { useMapData } from '@/modules/region/useMapData'
import type { Reason } from './api'

const none: FeatureCollection = { type: 'FeatureCollection', features: [] }
const line = (coordinates: [number, number][][]): FeatureCollection => ({ ...none, features: [{ type: 'Feature', geometry: { type: 'MultiLineString', coordinates }, properties: {} }] })

/** The way of a session, with the part a reason rests on laid over it. */
export function useEvidenceMap(box: Ref<HTMLElement | null>, points: () => TrackPoint[], reason: () => Reason | undefined) {
  const { street, community, grid } = useMapData(ref('composite'), () => true)
  const { failed, map, put, zoom } = useBaseMap(box, {
    options: { maxZoom: 20 },
    styled(made) {
      for (const id of ['way', 'gap', 'part', 'fix']) made.addSource(id, { type: 'geojson', data: none })
      const round = { 'line-join': 'round', 'line-cap': 'round' } as const
      made.addLayer({ id: 'gap', type: 'line', source: 'gap', paint: { 'line-color': token('--yw-text-3'), 'line-width': 1.4, 'line-dasharray': [2, 2.5] } })
      made.addLayer({ id: 'way', type: 'line', source: 'way', paint: { 'line-color': token('--yw-d-main'), 'line-width': 2.4 }, layout: round })
      made.addLayer({ id: 'part', type: 'line', source: 'part', paint: { 'line-color': token('--yw-over-bar'), 'line-width': 5, 'line-opacity': 0.55 }, layout: round })
      made.addLayer({ id: 'fix', type: 'circle', source: 'fix', minzoom: 15, paint: { 'circle-radius': 3, 'circle-color': token('--yw-surface'), 'circle-stroke-color': token('--yw-over-bar'), 'circle-stroke-width': 1.4 } })
      ground(); paint(); fit()
    },
  })
  watch([street.data, community.data, grid.data], ground)
  watch(reason, () => { paint(); fit() })
  const chosen = () => { const r = reason(); return r ? points().filter((p) => p.at >= r.from && p.at <= r.to) : [] }

  function ground(): void { put('street', street.data.value); put('community', community.data.value); put('grid', grid.data.value) }
  function paint(): void {
    const whole = stretches(points())
    put('way', line(whole.ways))
    put('gap', line(whole.gaps))
    put('part', line(stretches(chosen()).ways))
    put('fix', { ...none, features: chosen().slice(0, 3000).map((p): Feature => ({ type: 'Feature', geometry: { type: 'Point', coordinates: [p.lon, p.lat] }, properties: {} })) })
  }
  function fit(): void {
    const list = chosen().length ? chosen() : points()
    const bounds = boundsOf([{ type: 'Feature', geometry: { type: 'LineString', coordinates: list.map((p) => [p.lon, p.lat]) }, properties: {} }])
    if (bounds) map()?.fitBounds(bounds, { padding: 48, maxZoom: 18, animate: false })
  }
  return { failed, fit, zoom }
}
