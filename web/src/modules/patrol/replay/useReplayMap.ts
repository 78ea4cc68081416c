import type { Feature, FeatureCollection } from 'geojson'
import type { Map as MapLibre } from 'maplibre-gl'
import { watch, type Ref } from 'vue'
import { token } from '@/kit/theme'
import { boundsOf } from '@/modules/region/map/geometry'
import { pointAt, useBaseMap } from '@/modules/region/map/useBaseMap'
import type { Shapes } from '@/modules/region/map/useMap'
import { circle, hereAt, stretches, type Trail } from './trail'

export interface ReplayScene { street?: Shapes; community?: Shapes; grid?: Shapes; trails: Trail[]; at: number; inGrids: string[] }

const none: FeatureCollection = { type: 'FeatureCollection', features: [] }
const line = (coordinates: [number, number][][], properties: object): Feature => ({ type: 'Feature', geometry: { type: 'MultiLineString', coordinates }, properties: { ...properties } })
const dot = (lat: number, lon: number, properties: object): Feature => ({ type: 'Feature', geometry: { type: 'Point', coordinates: [lon, lat] }, properties: { ...properties } })
const all = (features: Feature[]): FeatureCollection => ({ type: 'FeatureCollection', features })
const colour = ['get', 'colour'] as never

/** The map of a replay: what stays is set once, what moves with the instant is three small sources. */
export function useReplayMap(box: Ref<HTMLElement | null>, scene: () => ReplayScene, choose: (at: number) => void) {
  const { failed, map, put, zoom } = useBaseMap(box, {
    options: { zoom: 12, maxZoom: 19 },
    styled(made) { layers(made); ground(); still(); move() },
    ready(made) {
      for (const id of ['stops', 'deeds']) {
        made.on('click', id, (event) => { const at = event.features?.[0]?.properties?.at; if (at) choose(Number(at)) })
        pointAt(made, id)
      }
    },
  })
  watch(() => [scene().street, scene().community, scene().grid], ground, { flush: 'post' })
  watch(() => scene().trails, () => { still(); move(); fit() }, { flush: 'post' })
  watch(() => [scene().at, scene().inGrids], move, { flush: 'post' })

  function layers(m: MapLibre): void {
    for (const id of ['in', 'whole', 'gap', 'passed', 'stop', 'seen', 'deed', 'error', 'here']) m.addSource(id, { type: 'geojson', data: none })
    const round = { 'line-join': 'round', 'line-cap': 'round' } as const
    m.addLayer({ id: 'in', type: 'fill', source: 'in', paint: { 'fill-color': token('--yw-d-main'), 'fill-opacity': 0.09 } })
    m.addLayer({ id: 'gaps', type: 'line', source: 'gap', paint: { 'line-color': token('--yw-text-3'), 'line-width': 1.6, 'line-dasharray': [1.5, 2.5], 'line-opacity': 0.8 } })
    m.addLayer({ id: 'whole', type: 'line', source: 'whole', paint: { 'line-color': colour, 'line-width': 2, 'line-opacity': 0.28 }, layout: round })
    m.addLayer({ id: 'passed-case', type: 'line', source: 'passed', paint: { 'line-color': token('--yw-surface'), 'line-width': 6.5 }, layout: round })
    m.addLayer({ id: 'passed', type: 'line', source: 'passed', paint: { 'line-color': colour, 'line-width': 3.5 }, layout: round })
    m.addLayer({ id: 'seen', type: 'circle', source: 'seen', minzoom: 13, paint: { 'circle-radius': 3, 'circle-color': ['case', ['get', 'done'], token('--yw-ok-bar'), token('--yw-surface')], 'circle-stroke-color': token('--yw-ok-bar'), 'circle-stroke-width': 1.2 } })
    m.addLayer({ id: 'stops', type: 'circle', source: 'stop', paint: { 'circle-radius': ['get', 'size'], 'circle-color': colour, 'circle-opacity': 0.22, 'circle-stroke-color': colour, 'circle-stroke-width': 1.4 } })
    m.addLayer({ id: 'deeds', type: 'circle', source: 'deed', paint: { 'circle-radius': 6, 'circle-color': token('--yw-surface'), 'circle-stroke-color': token('--yw-text'), 'circle-stroke-width': 2.4 } })
    m.addLayer({ id: 'error', type: 'fill', source: 'error', paint: { 'fill-color': colour, 'fill-opacity': 0.14 } })
    m.addLayer({ id: 'here', type: 'circle', source: 'here', paint: { 'circle-radius': 8, 'circle-color': ['case', ['get', 'silent'], token('--yw-text-3'), colour], 'circle-stroke-color': token('--yw-surface'), 'circle-stroke-width': 3 } })
  }

  function ground(): void {
    const s = scene()
    put('street', s.street); put('community', s.community); put('grid', s.grid)
    if (!s.trails.some((one) => one.points.length)) fit()
  }

  /** What does not move with the instant. */
  function still(): void {
    const trails = scene().trails.map((one) => ({ one, tint: token(one.colour), parts: stretches(one.points) }))
    put('whole', all(trails.map(({ parts, tint }) => line(parts.ways, { colour: tint }))))
    put('gap', all(trails.map(({ parts }) => line(parts.gaps, {}))))
    put('stop', all(trails.flatMap(({ one, tint }) => one.reading.stops.map((s) => dot(s.lat, s.lon, { colour: tint, at: s.from, size: Math.min(22, 6 + Math.sqrt((s.to - s.from) / 60_000) * 3) })))))
    put('deed', all(trails.flatMap(({ one }) => one.story.deeds.filter((d) => d.lat !== undefined).map((d) => dot(d.lat!, d.lon!, { at: Date.parse(d.at) })))))
  }

  function move(): void {
    const { trails, at, inGrids, grid } = scene()
    const passed: Feature[] = [], here: Feature[] = [], error: Feature[] = []
    for (const one of trails) {
      const tint = token(one.colour)
      passed.push(line(stretches(one.points, at).ways, { colour: tint }))
      const now = hereAt(one.points, at)
      if (!now) continue
      here.push(dot(now.lat, now.lon, { colour: tint, silent: now.silent }))
      if (now.accuracy) error.push({ type: 'Feature', geometry: { type: 'Polygon', coordinates: [circle(now.lat, now.lon, now.accuracy)] }, properties: { colour: tint } })
    }
    put('passed', all(passed)); put('here', all(here)); put('error', all(error))
    put('seen', all(trails.flatMap((one) => one.story.seen.map((p) => dot(p.lat, p.lon, { done: Date.parse(p.first_at ?? '') <= at })))))
    put('in', all((grid?.features ?? []).filter((f) => inGrids.includes(String(f.properties.code)))))
  }

  /** Shows the ways, or the streets while there are none. */
  function fit(): void {
    const ways = scene().trails.filter((one) => one.points.length).map((one) => line(stretches(one.points).ways, {}))
    const bounds = boundsOf(ways.length ? ways : (scene().street?.features ?? []))
    if (bounds) map()?.fitBounds(bounds, { padding: 56, maxZoom: 17, animate: false })
  }

  return { failed, fit, zoom }
}
