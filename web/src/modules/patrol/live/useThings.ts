import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import type { Feature, FeatureCollection, Point } from 'geojson'
import { computed, type Ref } from 'vue'
import { area, can } from '@/kit/session'
import { useFreshAlarms } from '@/modules/alarm/useAlarms'
import { areaShapes } from '@/modules/region/api'
import { alarmsIn, camerasIn, casesIn, policeBeats, sensorsIn, type CasePicture, type CaseWish, type Edges } from './api'
import type { Choice, LayerKey } from './catalogue'

/** What is under a mark of the map; `id` opens its page, `n` cases lie together where there is none. */
export interface Thing { kind: 'case' | 'alarm' | 'camera' | 'sensor' | 'beat'; mark: string; id: string; title: string; note: string; n?: number; link?: string }
export type Things = FeatureCollection<Point, Thing>

const hour = 3_600_000
const feature = (lon: number, lat: number, properties: Thing): Feature<Point, Thing> => ({ type: 'Feature', geometry: { type: 'Point', coordinates: [lon, lat] }, properties })
const some = (features: Feature<Point, Thing>[]): Things => ({ type: 'FeatureCollection', features })

/** What presses most is drawn last and lies on top. */
const rank = (a: { severity: string }): number => (a.severity === 'critical' ? 2 : a.severity === 'major' ? 1 : 0)

function ofCases(p: CasePicture | undefined): Feature<Point, Thing>[] {
  if (!p) return []
  return [
    ...p.clusters.map((c) => feature(c.lon, c.lat, { kind: 'case', mark: `n:${c.overdue ? 'over' : c.warned ? 'warn' : ''}:${c.n}`, id: '', title: '', note: '', n: c.n })),
    ...p.points.map((c) => feature(c.lon, c.lat, { kind: 'case', mark: c.overdue ? 'case-over' : c.warned ? 'case-warn' : 'case', id: c.id, title: c.title, note: c.number, link: `/cases/${c.id}` })),
  ]
}

/** What the chosen layers show in the part of the map in view, each asked of its module; a layer that is off asks nothing. */
export function useThings(edges: Ref<Edges | undefined>, choice: Choice, shown: (layer: LayerKey) => boolean) {
  const district = computed(() => area.value?.code.slice(0, 6) ?? '')
  const within = computed(() => area.value?.code ?? '')
  const here = <T>(key: string, on: () => boolean, ask: (e: Edges) => Promise<T>, every: number, extra: () => unknown = () => '') =>
    useQuery({ queryKey: [...key.split('/'), 'live', edges, within, computed(extra)], queryFn: () => ask(edges.value!), enabled: () => !!edges.value && on(), placeholderData: keepPreviousData as never, refetchInterval: every, staleTime: every / 2 })
  const wish = (more: Partial<CaseWish>): CaseWish => ({ theme: choice.theme || undefined, ...more })
  const cases = (layer: LayerKey, more: Partial<CaseWish>, unless = false) => here(`cases/map/${layer}`, () => can('cases.read') && shown(layer) && !(unless && shown('open')), (e) => casesIn({ ...wish(more), ...(within.value ? { area: within.value } : {}) }, e), 30_000, () => choice.theme)

  const overdue = cases('overdue', { lamp: 'overdue' }, true)
  const warned = cases('warned', { lamp: 'warned' }, true)
  const open = cases('open', { open: true })
  const heat = here('cases/heat', () => can('cases.read') && choice.heat !== '', (e) => casesIn({ ...wish({ since: new Date(Math.floor(Date.now() / hour) * hour - Number(choice.heat) * 24 * hour).toISOString() }), ...(within.value ? { area: within.value } : {}) }, { ...e, zoom: Math.min(15.9, e.zoom + 2) }), 120_000, () => `${choice.heat} ${choice.theme}`)
  const alarms = here('alarms', () => can('alarm.read') && shown('alarms'), (e) => alarmsIn(e, within.value || undefined), 60_000)
  const cameras = here('cameras', () => can('camera.read') && shown('cameras'), (e) => camerasIn(e, within.value || undefined), 300_000)
  const sensors = here('sensors', () => can('sensor.read') && shown('sensors'), (e) => sensorsIn(e, within.value || undefined), 30_000)
  const beats = useQuery({ queryKey: ['police-beats', within], queryFn: () => policeBeats(within.value), enabled: () => shown('beats') || shown('police'), staleTime: 120_000 })
  const ground = (layer: 'composite' | 'dedicated' | 'police') => useQuery({ queryKey: ['shapes', 'grid', district, layer], queryFn: () => areaShapes({ level: 'grid', within: district.value, kind: layer }), enabled: () => district.value.length === 6 && shown(layer), staleTime: 600_000 })
  const grids = { composite: ground('composite'), dedicated: ground('dedicated'), police: ground('police') }
  useFreshAlarms()

  const things = computed<Things>(() => some([
    ...(shown('cameras') ? cameras.data.value?.items ?? [] : []).flatMap((c) => (c.lat === undefined || c.lon === undefined ? [] : [feature(c.lon!, c.lat!, { kind: 'camera', mark: 'camera', id: c.id, title: c.name, note: c.address ?? '', link: `/cameras?id=${c.id}` })])),
    ...(shown('sensors') ? sensors.data.value?.items ?? [] : []).map((s) => feature(s.lon, s.lat, { kind: 'sensor', mark: s.shows === 'alarm' ? 'sensor-alarm' : s.shows === 'well' ? 'sensor-well' : 'sensor-offline', id: s.id, title: s.name, note: s.shows, link: `/sensors/${s.id}` })),
    ...(shown('beats') ? beats.data.value?.items ?? [] : []).map((b) => feature(b.lon, b.lat, { kind: 'beat', mark: b.officer ? 'beat' : 'beat-off', id: b.code, title: b.name, note: b.officer?.name ?? '' })),
    ...ofCases(shown('open') ? open.data.value : undefined), ...(shown('open') ? [] : [...ofCases(shown('warned') ? warned.data.value : undefined), ...ofCases(shown('overdue') ? overdue.data.value : undefined)]),
    ...(shown('alarms') ? [...(alarms.data.value?.items ?? [])].sort((a, b) => rank(a) - rank(b)) : []).flatMap((a) => (a.lat === undefined || a.lon === undefined ? [] : [feature(a.lon!, a.lat!, { kind: 'alarm', mark: rank(a) > 0 ? 'alarm-critical' : 'alarm', id: a.id, title: a.title, note: a.raised_at, link: `/alarms?id=${a.id}` })])),
  ]))
  const hot = computed<FeatureCollection>(() => {
    const p = choice.heat === '' ? undefined : heat.data.value
    return { type: 'FeatureCollection', features: [...(p?.clusters ?? []), ...(p?.points ?? []).map((c) => ({ ...c, n: 1 }))].map((c) => ({ type: 'Feature', geometry: { type: 'Point', coordinates: [c.lon, c.lat] }, properties: { n: c.n } })) }
  })
  const count = (layer: LayerKey): number | undefined => ({
    overdue: overdue.data.value?.shown, warned: warned.data.value?.shown, open: open.data.value?.shown, cameras: cameras.data.value?.items.length, sensors: sensors.data.value?.items.length,
    alarms: alarms.data.value?.items.length, beats: beats.data.value?.items.length, composite: grids.composite.data.value?.features.length, dedicated: grids.dedicated.data.value?.features.length, police: grids.police.data.value?.features.length,
  } as Partial<Record<LayerKey, number>>)[layer]
  const queries = { overdue, warned, open, alarms, cameras, sensors, beats, ...grids }
  const failed = computed(() => (Object.keys(queries) as (keyof typeof queries)[]).filter((key) => shown(key) && queries[key].isError.value))
  return { things, hot, grids, beats, count, failed, retry: () => failed.value.forEach((key) => void queries[key].refetch()) }
}
