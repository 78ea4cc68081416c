import type { FeatureCollection } from 'geojson'
import type { GeoJSONSource, LayerSpecification, Map as MapLibre, StyleSpecification } from 'maplibre-gl'
import { onBeforeUnmount, onMounted, ref, shallowRef, watch, type Ref } from 'vue'
import { drawn, token } from '@/kit/theme'
import { boundsOf } from '@/modules/region/map/geometry'
import { styleOf } from '@/modules/region/map/paint'
import { DotLayer, rgb, type Dot } from '../dots'
import type { Edges } from './api'
import { drawMarks } from './marks'
import type { Thing, Things } from './useThings'

export interface Ground { street?: FeatureCollection; community?: FeatureCollection; composite?: FeatureCollection; dedicated?: FeatureCollection; police?: FeatureCollection }
export interface Scene { ground: Ground; things: Things; hot: FeatureCollection }
export interface Picked { thing: Thing; lon: number; lat: number }
interface Hooks { scene: () => Scene; officer: (slot: number) => void; thing: (picked?: Picked) => void; moved: () => void; start?: { lat: number; lon: number } }

const none: FeatureCollection = { type: 'FeatureCollection', features: [] }
const fields = ['street', 'community', 'composite', 'dedicated', 'police'] as const
const tones = ['--yw-ok-bar', '--yw-pause-bar', '--yw-over-bar', '--yw-primary', '--yw-warn-bar', '--yw-ok-bar']
const reach = 12 // pixels from a dot that still mean it

/** The style of a map without marks, and on it what the layers of this page need. */
function style(): StyleSpecification {
  const plain = styleOf({ breaks: [], labels: [] }, token)
  const source = () => ({ type: 'geojson' as const, data: none, tolerance: 0.3 })
  const line = (id: string, colour: string, width: number, opacity: number, dash?: number[]): LayerSpecification => ({ id, type: 'line', source: id, paint: { 'line-color': token(colour), 'line-width': ['interpolate', ['linear'], ['zoom'], 11, width * 0.6, 15, width * 1.6], 'line-opacity': opacity, ...(dash ? { 'line-dasharray': dash } : {}) } })
  const keep = plain.layers.filter((l) => /^(ground|fill|community|street)/.test(l.id)).map((l) => (l.id === 'fill' ? { ...l, source: 'street' } as LayerSpecification : l))
  const heat: LayerSpecification = { id: 'heat', type: 'heatmap', source: 'hot', paint: {
    'heatmap-weight': ['interpolate', ['linear'], ['get', 'n'], 0, 0, 1, 0.35, 8, 1], 'heatmap-radius': ['interpolate', ['linear'], ['zoom'], 11, 18, 16, 48], 'heatmap-opacity': 0.85,
    'heatmap-intensity': ['interpolate', ['linear'], ['zoom'], 11, 1, 15, 1.8],
    'heatmap-color': ['interpolate', ['linear'], ['heatmap-density'], 0, `${token('--yw-warn-bar')}00`, 0.12, `${token('--yw-warn-bar')}55`, 0.4, `${token('--yw-warn-bar')}cc`, 0.75, token('--yw-over-bar'), 1, token('--yw-over-fg')] } }
  const marks: LayerSpecification = { id: 'things', type: 'symbol', source: 'things', layout: { 'icon-image': ['get', 'mark'], 'icon-allow-overlap': true, 'icon-ignore-placement': true, 'symbol-z-order': 'source' } }
  const at = keep.findIndex((l) => l.id === 'street-casing')
  return { version: 8, sources: { street: source(), community: source(), composite: source(), dedicated: source(), police: source(), hot: source(), things: source() },
    layers: [...keep.slice(0, at), line('composite', '--yw-text-3', 0.7, 0.5), line('dedicated', '--yw-warn-fg', 0.8, 0.6, [3, 2]), line('police', '--yw-link', 1.6, 0.8), heat, ...keep.slice(at), marks] }
}

/** Where the dots are reckoned from: single numbers are exact near it. */
const origin = { lat: 32.07, lon: 118.75 }

/** The live map: ground, heat and marks as MapLibre draws them, the people as points of their own that glide on the graphics card. */
export function useLiveMap(box: Ref<HTMLElement | null>, hooks: Hooks) {
  const failed = ref(false)
  const ready = ref(false)
  const edges = shallowRef<Edges>()
  let map: MapLibre | undefined
  let people: DotLayer | undefined
  let halo: DotLayer | undefined
  let crew: Dot[] = []
  let around: Dot[] = []
  let fitted = !!hooks.start // a page opened at a place stays there
  let stirred = false // the marks changed since their tiles were last read
  let byHand: (() => void) | undefined

  onMounted(async () => {
    const { maplibre } = await import('@/modules/region/map/library')
    if (!box.value) return
    try {
      map = new maplibre.Map({ container: box.value, style: style(), center: hooks.start ?? [origin.lon, origin.lat], zoom: hooks.start ? 15.5 : 11, attributionControl: false, dragRotate: false, pitchWithRotate: false, maxZoom: 18, minZoom: 8, fadeDuration: 0, pixelRatio: Math.min(2, devicePixelRatio) })
    } catch {
      failed.value = true // no WebGL: the list beside the map says the same
      return
    }
    const made = map
    made.touchZoomRotate.disableRotation()
    drawMarks(made)
    made.on('style.load', begin)
    made.on('moveend', look)
    made.on('sourcedata', (event) => { if (event.sourceId === 'things') settle() })
    made.on('move', () => hooks.moved())
    for (const event of ['dragstart', 'wheel', 'dblclick', 'touchmove'] as const) made.on(event, () => byHand?.())
    made.on('click', press)
    made.on('mousemove', (event) => { made.getCanvas().style.cursor = people?.pick(event.lngLat.lat, event.lngLat.lng, made.getZoom(), reach) !== undefined || made.queryRenderedFeatures(event.point, { layers: ['things'] }).length ? 'pointer' : '' })
    watch(drawn, () => { for (const id of made.listImages()) made.removeImage(id); made.setStyle(style(), { diff: false }) })
    watch(hooks.scene, fill, { flush: 'post' })
  })
  onBeforeUnmount(() => map?.remove())

  /** After the style has come, for the first time or in other colours: the people are put on it anew. */
  function begin(): void {
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches
    halo = new DotLayer('halo', origin, still)
    people = new DotLayer('people', origin, still)
    for (const layer of [halo, people]) {
      layer.palette = tones.map((name) => rgb(token(name)))
      layer.rim = rgb(token('--yw-surface'))
      map!.addLayer(layer)
    }
    halo.rim = rgb(token('--yw-primary'))
    show(crew, around)
    ready.value = true
    fill()
    look()
  }
  function look(): void {
    const b = map?.getBounds()
    if (!b) return
    const cut = (v: number) => Math.round(v * 1e4) / 1e4
    edges.value = { west: cut(b.getWest()), south: cut(b.getSouth()), east: cut(b.getEast()), north: cut(b.getNorth()), zoom: Math.round(map!.getZoom() * 2) / 2 }
  }
  /** Once the marks are drawn their tiles are read once more: one that was empty may have been taken from the picture before. */
  function settle(): void {
    if (!map?.isSourceLoaded('things')) return
    if (stirred) { stirred = false; map.refreshTiles('things') } else fill()
  }
  function fill(): void {
    if (!map?.getSource('things')) return
    const s = hooks.scene()
    const put = (id: string, data?: FeatureCollection) => {
      const source = map!.getSource(id) as (GeoJSONSource & { shows?: unknown }) | undefined
      if (!source || source.shows === (data ?? none)) return
      source.shows = data ?? none
      source.setData(data ?? none)
      if (id === 'things') stirred = true
    }
    for (const id of fields) put(id, s.ground[id])
    if (map.isSourceLoaded('things')) put('things', s.things) // a second picture overtaken by the first would leave marks out; `sourcedata` brings it
    put('hot', s.hot)
    if (!fitted && s.ground.street?.features.length) { fitted = true; whole(false) }
  }
  function press(event: { lngLat: { lat: number; lng: number }; point: { x: number; y: number } }): void {
    const { lat, lng } = event.lngLat
    const slot = people?.pick(lat, lng, map!.getZoom(), reach)
    if (slot !== undefined) { hooks.thing(); hooks.officer(slot); return }
    const hit = map!.queryRenderedFeatures([[event.point.x - 6, event.point.y - 6], [event.point.x + 6, event.point.y + 6]], { layers: ['things'] })[0]
    if (!hit || hit.geometry.type !== 'Point') { hooks.thing(); return }
    const [lon, north] = hit.geometry.coordinates as [number, number]
    const thing = hit.properties as unknown as Thing
    if (thing.n && thing.n > 1 && !thing.id) { map!.easeTo({ center: [lon, north], zoom: Math.min(17, map!.getZoom() + 2), duration: 300 }); return }
    hooks.thing({ thing, lon, lat: north })
  }
  function show(dots: Dot[], chosen: Dot[]): void {
    crew = dots
    around = chosen
    people?.set(dots)
    halo?.set(chosen)
  }
  function whole(animate = true): void {
    const bounds = boundsOf(hooks.scene().ground.street?.features ?? [])
    if (bounds) map?.fitBounds(bounds, { padding: 32, maxZoom: 16, animate, duration: 400 })
  }
  return {
    failed, ready, edges, show, whole,
    zoom: (by: number) => map?.zoomTo(map.getZoom() + by, { duration: 200 }),
    /** Goes to a place; with glide, as slowly as a dot glides there. */
    go: (lat: number, lon: number, glide = false) => map?.easeTo({ center: [lon, lat], zoom: Math.max(map.getZoom(), 15), duration: glide ? 1_000 : 400, ...(glide ? { easing: (x: number) => x } : {}) }),
    /** Where a place lies on the page, in pixels of the map. */
    at: (lon: number, lat: number) => map?.project([lon, lat]),
    /** Called when somebody moves the map by hand. */
    onHand: (fn: () => void) => { byHand = fn },
  }
}
