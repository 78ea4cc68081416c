import type { Feature, FeatureCollection } from 'geojson'
import type { Map as MapLibre, MapMouseEvent, MapTouchEvent } from 'maplibre-gl'
import { ref, watch, type Ref } from 'vue'
import { token } from '@/kit/theme'
import { boundsOf } from '@/modules/region/map/geometry'
import { useBaseMap } from '@/modules/region/map/useBaseMap'
import { useMapData } from '@/modules/region/useMapData'
import { middles, type Corner } from './outline'
import type { Drawing } from './useDrawing'

const none: FeatureCollection = { type: 'FeatureCollection', features: [] }
const all = (features: Feature[]): FeatureCollection => ({ type: 'FeatureCollection', features })
const dot = (at: Corner, properties: object): Feature => ({ type: 'Feature', geometry: { type: 'Point', coordinates: at }, properties: { ...properties } })
const round = (n: number) => Math.round(n * 1e6) / 1e6
type Grip = { kind: 'corner' | 'middle'; i: number }

/** The map on which a border is drawn with a mouse or a finger: a click sets a corner, corners and middles are pulled, the first corner closes. */
export function useDrawingMap(box: Ref<HTMLElement | null>, corners: Ref<Corner[]>, closed: Ref<boolean>, d: Drawing, shown: () => FeatureCollection) {
  const { street, community, grid } = useMapData(ref('composite'), () => true)
  let fitted = false
  let pulled: { grip: Grip; at: Corner; moved: boolean } | null = null
  const { failed, map, put, zoom } = useBaseMap(box, {
    options: { doubleClickZoom: false, maxZoom: 19 },
    styled(made) { layers(made); ground(); paint() },
    ready(made) {
      made.on('click', click)
      made.on('mousedown', grab); made.on('touchstart', grab)
      made.on('mousemove', pull); made.on('touchmove', pull)
      made.on('mouseup', drop); made.on('touchend', drop)
    },
  })
  watch([street.data, community.data, grid.data], ground)
  watch([corners, closed, d.refused, d.chosen, shown], paint)

  function layers(m: MapLibre): void {
    for (const id of ['others', 'inside', 'border', 'middle', 'corner', 'refused']) m.addSource(id, { type: 'geojson', data: none })
    m.addLayer({ id: 'others', type: 'line', source: 'others', paint: { 'line-color': token('--yw-warn-fg'), 'line-width': 1.4, 'line-dasharray': [2, 2] } })
    m.addLayer({ id: 'inside', type: 'fill', source: 'inside', paint: { 'fill-color': token('--yw-primary'), 'fill-opacity': 0.14 } })
    m.addLayer({ id: 'border', type: 'line', source: 'border', paint: { 'line-color': token('--yw-primary'), 'line-width': 2.4 }, layout: { 'line-join': 'round' } })
    m.addLayer({ id: 'middle', type: 'circle', source: 'middle', paint: { 'circle-radius': 4, 'circle-color': token('--yw-surface'), 'circle-stroke-color': token('--yw-primary'), 'circle-stroke-width': 1, 'circle-opacity': 0.85 } })
    m.addLayer({ id: 'corner', type: 'circle', source: 'corner', paint: { 'circle-radius': ['case', ['get', 'chosen'], 8, 6], 'circle-color': ['case', ['get', 'first'], token('--yw-primary'), token('--yw-surface')], 'circle-stroke-color': token('--yw-primary'), 'circle-stroke-width': 2.4 } })
    m.addLayer({ id: 'refused', type: 'circle', source: 'refused', paint: { 'circle-radius': 11, 'circle-color': token('--yw-over-fg'), 'circle-opacity': 0.25, 'circle-stroke-color': token('--yw-over-fg'), 'circle-stroke-width': 2 } })
  }

  function ground(): void {
    put('street', street.data.value); put('community', community.data.value); put('grid', grid.data.value)
    const own: Feature[] = corners.value.length ? [{ type: 'Feature', geometry: { type: 'LineString', coordinates: corners.value }, properties: {} }] : []
    const bounds = fitted || !map() ? null : boundsOf(own.length ? own : (street.data.value?.features ?? []))
    if (bounds) { fitted = true; map()?.fitBounds(bounds, { padding: own.length ? 60 : 24, maxZoom: 17, animate: false }) }
  }

  function paint(): void {
    const now = pulled?.moved ? preview() : corners.value
    const ring = closed.value && now.length ? [...now, now[0]!] : now
    put('others', shown())
    put('inside', now.length > 2 ? all([{ type: 'Feature', geometry: { type: 'Polygon', coordinates: [[...now, now[0]!]] }, properties: {} }]) : none)
    put('border', ring.length > 1 ? all([{ type: 'Feature', geometry: { type: 'LineString', coordinates: ring }, properties: {} }]) : none)
    put('middle', all(now.length > 1 ? middles(now, closed.value).map((at) => dot(at, {})) : []))
    put('corner', all(now.map((at, i) => dot(at, { first: i === 0 && !closed.value, chosen: i === d.chosen.value }))))
    put('refused', all(d.refused.value ? [dot(d.refused.value, {})] : []))
  }

  const preview = (): Corner[] => {
    const { grip, at } = pulled!
    return grip.kind === 'corner' ? corners.value.map((c, i) => (i === grip.i ? at : c)) : [...corners.value.slice(0, grip.i + 1), at, ...corners.value.slice(grip.i + 1)]
  }

  /** The corner or middle under a finger or the mouse. */
  function hit(point: { x: number; y: number }, wide: boolean): Grip | null {
    const reach = wide ? 24 : 12
    const near = (list: Corner[], kind: Grip['kind']): Grip | null => {
      let best: { grip: Grip; far: number } | null = null
      list.forEach((at, i) => { const p = map()!.project(at); const far = Math.hypot(p.x - point.x, p.y - point.y); if (far <= reach && (!best || far < best.far)) best = { grip: { kind, i }, far } })
      return (best as { grip: Grip } | null)?.grip ?? null
    }
    return near(corners.value, 'corner') ?? (corners.value.length > 1 ? near(middles(corners.value, closed.value), 'middle') : null)
  }
  const place = (event: MapMouseEvent | MapTouchEvent): Corner => [round(event.lngLat.lng), round(event.lngLat.lat)]

  function grab(event: MapMouseEvent | MapTouchEvent): void {
    if ('points' in event && event.points.length > 1) return
    const grip = hit(event.point, 'points' in event)
    if (!grip) return
    event.preventDefault() // the map stays where it is
    pulled = { grip, at: place(event), moved: false }
  }
  function pull(event: MapMouseEvent | MapTouchEvent): void {
    if (!pulled) { map()!.getCanvas().style.cursor = hit(event.point, false) ? 'grab' : 'crosshair'; return }
    pulled.moved = true
    pulled.at = place(event)
    paint()
  }
  function drop(): void {
    const done = pulled
    pulled = null
    if (!done?.moved) return
    if (done.grip.kind === 'corner') d.move(done.grip.i, done.at)
    else d.insert(done.grip.i, done.at)
    paint()
  }
  function click(event: MapMouseEvent): void {
    const grip = hit(event.point, matchMedia('(pointer: coarse)').matches)
    if (!closed.value && grip?.kind === 'corner' && grip.i === 0 && corners.value.length > 2) d.close()
    else if (grip?.kind === 'corner') d.chosen.value = d.chosen.value === grip.i ? -1 : grip.i
    else if (closed.value) d.chosen.value = -1
    else d.add(place(event))
  }

  const addMiddle = () => { const c = map()?.getCenter(); if (c) d.add([round(c.lng), round(c.lat)]) }
  return { failed, addMiddle, zoom }
}
