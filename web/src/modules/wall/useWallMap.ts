import type { FeatureCollection, Geometry } from 'geojson'
import type { GeoJSONSource, LngLatBoundsLike, Map as MapLibre, StyleSpecification } from 'maplibre-gl'
import { onBeforeUnmount, onMounted, ref, shallowRef, watch, type Ref } from 'vue'
import { DotLayer, mercator, rgb, type Dot } from '@/modules/patrol/dots'
import { boundsOf } from '@/modules/region/map/geometry'
import { ground, type Ground } from './api'
import { beside, type Pinned } from './callouts'
import { DotStage } from './dotStage'

const token = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
const none: FeatureCollection = { type: 'FeatureCollection', features: [] }

function style(): StyleSpecification {
  const unit = innerWidth / 1920
  const source = () => ({ type: 'geojson' as const, data: none, promoteId: 'code', tolerance: 0.2 })
  const n = ['coalesce', ['feature-state', 'n'], 0]
  const cells = ['step', n, token('--w-cell-0'), 1, token('--w-cell-1'), 2, token('--w-cell-2'), 3, token('--w-cell-3'), 4, token('--w-cell-4')]
  const line = (id: string, colour: string, width: number, opacity = 1) => ({ id, type: 'line' as const, source: id, paint: { 'line-color': token(colour), 'line-width': width * unit, 'line-opacity': opacity }, layout: { 'line-join': 'round' as const } })
  return { version: 8, transition: { duration: 400, delay: 0 }, sources: { cell: source(), community: source(), street: source(), chosen: source() }, layers: [
    { id: 'ground', type: 'background', paint: { 'background-color': token('--w-bg') } },
    { id: 'fill', type: 'fill', source: 'cell', paint: { 'fill-color': cells as never, 'fill-antialias': false } },
    { id: 'cell-line', type: 'line', source: 'cell', paint: { 'line-color': token('--w-bg'), 'line-width': unit } },
    line('community', '--w-comm', 1.1), line('street', '--w-street', 2, 0.85), line('chosen', '--w-street', 3.4),
  ] }
}

/** Shows the area as large as it can be without lying under the key or the figure of those on duty. */
function settle(map: MapLibre, bounds: LngLatBoundsLike, features: Ground['features']): void {
  const unit = innerWidth / 1920
  const { clientWidth: width, clientHeight: height } = map.getContainer()
  const [top, key] = [170 * unit, { x: width - 300 * unit, y: height - 305 * unit }]
  const points = features.flatMap((f) => pointsOf(f.geometry))
  const ways = [[18, beside, 18], [170, beside, 18], [18, beside, 305], [170, beside, 305], [18, 310, 18], [170, 310, 18]].map(([above, right, below]) => {
    map.fitBounds(bounds, { padding: { left: beside * unit, right: right! * unit, top: above! * unit, bottom: below! * unit }, animate: false })
    const hidden = points.some((at) => { const p = map.project(at); return (p.x > key.x && p.y > key.y) || (p.x < 220 * unit && p.y < top) })
    return { center: map.getCenter(), zoom: map.getZoom(), hidden }
  })
  const best = ways.filter((way) => !way.hidden).sort((a, b) => b.zoom - a.zoom)[0] ?? ways[0]!
  map.jumpTo({ center: best.center, zoom: best.zoom })
}

const pointsOf = (shape: Geometry): [number, number][] => (shape.type === 'Polygon' ? shape.coordinates : shape.type === 'MultiPolygon' ? shape.coordinates.flat() : []).flat() as [number, number][]

/** The map of the wall: all grids by WebGL, nothing from elsewhere, north up; it does not move but when another area is shown. */
export function useWallMap(box: Ref<HTMLElement | null>, canvas: Ref<HTMLCanvasElement | null>, area: () => string, counts: () => Record<string, number>, dots: () => Dot[]) {
  const failed = ref(false)
  const fitted = ref(0) // counts the times the map found its place; labels follow
  const shapes = shallowRef<{ street: Ground; community: Ground; cell: Ground }>()
  const layer = shallowRef<DotLayer>()
  let map: MapLibre | undefined
  let stage: DotStage | undefined
  let filled: Record<string, number> = {}
  let asked = ''

  onMounted(async () => {
    const { maplibre } = await import('@/modules/region/map/library')
    if (!box.value) return
    try {
      map = new maplibre.Map({ container: box.value, style: style(), center: [118.75, 32.07], zoom: 11, attributionControl: false, interactive: false, fadeDuration: 0, maxZoom: 18, pixelRatio: Math.min(2, devicePixelRatio) })
    } catch {
      failed.value = true
      return
    }
    map.on('load', () => { void draw() })
    map.on('resize', fit)
    watch(area, () => void draw())
    watch(counts, fill)
    watch(dots, (list) => layer.value?.set(list))
  })
  onBeforeUnmount(() => { stage?.end(); map?.remove() })

  async function draw(): Promise<void> {
    const code = area()
    if (!map || !code || asked === code) return
    asked = code
    const district = code.slice(0, 6)
    try {
      const [street, community, composite, dedicated] = await Promise.all([ground('subdistrict', district), ground('community', district), ground('grid', code, 'composite'), ground('grid', code, 'dedicated')])
      if (asked !== code || !map) return
      shapes.value = { street, community, cell: { ...composite, features: [...composite.features, ...dedicated.features] } }
    } catch {
      asked = ''
      setTimeout(() => void draw(), 5_000)
      return
    }
    const s = shapes.value
    const inside = (list: Ground) => ({ ...list, features: list.features.filter((f) => f.properties.code.startsWith(code)) })
    const put = (id: string, data: FeatureCollection) => (map!.getSource(id) as GeoJSONSource).setData(data)
    put('cell', s.cell)
    filled = {}
    put('community', inside(s.community))
    put('street', code.length > 6 ? none : s.street)
    put('chosen', { ...none, features: (code.length > 9 ? s.community : s.street).features.filter((f) => code.length > 6 && f.properties.code === code) })
    if (!layer.value) begin(s.street)
    fit()
    fill()
  }
  function begin(all: Ground): void {
    const box = boundsOf(all.features) ?? [[118.7, 32], [118.8, 32.1]]
    const made = new DotLayer('officers', { lat: (box[0][1] + box[1][1]) / 2, lon: (box[0][0] + box[1][0]) / 2 }, matchMedia('(prefers-reduced-motion: reduce)').matches)
    made.palette = [rgb(token('--w-dot')), [1, 1, 1], rgb(token('--w-over')), [1, 1, 1], [1, 1, 1], [1, 1, 1]]
    made.rim = rgb(token('--w-bg'))
    layer.value = made
    made.set(dots())
    if (canvas.value) stage = new DotStage(canvas.value, made)
  }
  function fit(): void {
    const s = shapes.value
    if (!s || !map) return
    const code = area()
    const bounds = boundsOf((code.length > 9 ? s.community : s.street).features.filter((f) => f.properties.code.startsWith(code)))
    if (bounds) settle(map, bounds, (code.length > 9 ? s.community : s.street).features.filter((f) => f.properties.code.startsWith(code)))
    const middle = map.getCenter()
    stage?.stand(mercator(middle.lat, middle.lng), 512 * 2 ** map.getZoom())
    fitted.value++
  }
  function fill(): void {
    if (!map?.getSource('cell')) return
    const next = Object.fromEntries(Object.entries(counts()).filter(([code]) => code.length > 12))
    for (const code in filled) if (!next[code]) map.removeFeatureState({ source: 'cell', id: code })
    for (const code in next) if (filled[code] !== next[code]) map.setFeatureState({ source: 'cell', id: code }, { n: next[code] }) // what stays costs no drawing
    filled = next
  }
  /** Where a place lies on the stage, in pixels. */
  function at(lon: number, lat: number): Pinned | undefined {
    if (!map || !fitted.value) return undefined
    return map.project([lon, lat])
  }
  return { failed, fitted, shapes, at }
}
