import type { FeatureCollection } from 'geojson'
import type { GeoJSONSource, Map as MapLibre } from 'maplibre-gl'
import { onBeforeUnmount, onMounted, shallowRef, watch, type Ref } from 'vue'
import { drawn, token } from '@/kit/theme'
import { boundsOf } from '@/modules/region/map/geometry'
import { styleOf } from '@/modules/region/map/paint'
import type { Shapes } from '@/modules/region/map/useMap'

export interface Mark { id: string; lat: number; lon: number; tone: 'ok' | 'silent' | 'sos' | 'stop' | 'here'; name?: string }
export interface Scene { street?: Shapes; community?: Shapes; grid?: Shapes; marks: Mark[]; lines?: [number, number][][]; chosen?: string }

const tones: Record<Mark['tone'], string> = { ok: '--yw-ok-fg', silent: '--yw-text-3', sos: '--yw-over-fg', stop: '--yw-warn-fg', here: '--yw-primary' }
const none: FeatureCollection = { type: 'FeatureCollection', features: [] }
const unclassed = { breaks: [], labels: [] }

/** A map of areas with marks and lines upon it; the marks are one WebGL layer, so that thousands move smoothly. */
export function useOfficerMap(box: Ref<HTMLElement | null>, scene: () => Scene, choose: (id: string) => void) {
  const failed = shallowRef(false)
  let made: MapLibre | undefined
  let fitted = false

  onMounted(async () => {
    const { maplibre } = await import('@/modules/region/map/library')
    if (!box.value) return
    try {
      made = new maplibre.Map({ container: box.value, style: styleOf(unclassed, token), center: [118.75, 32.07], zoom: 11, attributionControl: false, dragRotate: false, pitchWithRotate: false, maxZoom: 18, minZoom: 8, fadeDuration: 0 })
    } catch {
      failed.value = true // no WebGL: the list beside the map says the same
      return
    }
    made.touchZoomRotate.disableRotation()
    made.on('style.load', () => { layers(); fill() })
    made.on('click', 'marks', (event) => { const id = event.features?.[0]?.properties?.id; if (id) choose(String(id)) })
    made.on('mouseenter', 'marks', () => (made!.getCanvas().style.cursor = 'pointer'))
    made.on('mouseleave', 'marks', () => (made!.getCanvas().style.cursor = ''))
    watch(drawn, () => { made?.setStyle(styleOf(unclassed, token)) })
    watch(scene, fill, { flush: 'post' })
  })

  function layers(): void {
    made!.addSource('line', { type: 'geojson', data: none })
    made!.addSource('mark', { type: 'geojson', data: none })
    made!.addLayer({ id: 'lines', type: 'line', source: 'line', paint: { 'line-color': token('--yw-primary'), 'line-width': 3, 'line-opacity': 0.8 }, layout: { 'line-join': 'round', 'line-cap': 'round' } })
    const colour = ['match', ['get', 'tone'], ...Object.entries(tones).flatMap(([tone, name]) => [tone, token(name)]), token('--yw-text-3')]
    made!.addLayer({ id: 'marks', type: 'circle', source: 'mark', paint: {
      'circle-color': colour as never, 'circle-stroke-color': token('--yw-surface'),
      'circle-radius': ['case', ['get', 'chosen'], 10, ['==', ['get', 'tone'], 'sos'], 9, 6], 'circle-stroke-width': ['case', ['get', 'chosen'], 3, 1.5] } })
  }

  function fill(): void {
    if (!made?.getSource('mark')) return
    const s = scene()
    const put = (id: string, data?: FeatureCollection) => (made!.getSource(id) as GeoJSONSource | undefined)?.setData(data ?? none)
    put('street', s.street)
    put('community', s.community)
    put('grid', s.grid)
    put('mark', { type: 'FeatureCollection', features: s.marks.map(({ lat, lon, id, tone }) => ({ type: 'Feature', geometry: { type: 'Point', coordinates: [lon, lat] }, properties: { id, tone, chosen: id === s.chosen } })) })
    put('line', { type: 'FeatureCollection', features: (s.lines ?? []).map((coordinates) => ({ type: 'Feature', geometry: { type: 'LineString', coordinates }, properties: {} })) })
    if (!fitted) fit()
  }

  /** Shows a mark, or all there is: the lines, else the streets. */
  function fit(id?: string): void {
    const s = scene()
    const mark = s.marks.find((one) => one.id === id)
    if (mark) return void made?.easeTo({ center: [mark.lon, mark.lat], zoom: Math.max(made.getZoom(), 15), duration: 400 })
    const lines = (s.lines ?? []).map((coordinates) => ({ type: 'Feature' as const, geometry: { type: 'LineString' as const, coordinates }, properties: {} }))
    const bounds = boundsOf(lines.length ? lines : (s.street?.features ?? []))
    if (!bounds) return
    fitted = true
    made?.fitBounds(bounds, { padding: 48, maxZoom: 16, animate: false })
  }

  onBeforeUnmount(() => made?.remove())
  return { failed, fit, again: () => { fitted = false }, zoom: (by: number) => made?.zoomTo(made.getZoom() + by, { duration: 200 }) }
}
