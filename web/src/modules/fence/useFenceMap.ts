import type { Feature, FeatureCollection, Geometry } from 'geojson'
import type { Map as MapLibre, Marker } from 'maplibre-gl'
import { computed, ref, watch, type Ref } from 'vue'
import { token } from '@/kit/theme'
import { boundsOf, labelPoint } from '@/modules/region/map/geometry'
import { pointAt, useBaseMap } from '@/modules/region/map/useBaseMap'
import { useMapData } from '@/modules/region/useMapData'
import type { Fence } from './api'
import { shapesOf } from './shapes'

const none: FeatureCollection = { type: 'FeatureCollection', features: [] }

/** Fences with ground on the map, by name; a click chooses one. */
export function useFenceMap(box: Ref<HTMLElement | null>, fences: Ref<Fence[]>, chosen: Ref<string>) {
  const { street, community, grid } = useMapData(ref('composite'), () => true)
  const areas = computed(() => new Map<string, Geometry>([street, community, grid].flatMap((level) => (level.data.value?.features ?? []).map((f) => [String(f.properties.code), f.geometry] as [string, Geometry]))))
  const shapes = computed(() => shapesOf(fences.value, areas.value))
  let marker: (new (options: { element: HTMLElement }) => Marker) | undefined
  let names: Marker[] = []
  let fitted = 0
  const { failed, map, put, zoom } = useBaseMap(box, {
    styled(made) { layers(made); ground(); fill() },
    ready(made) {
      made.on('click', 'fence', (event) => { chosen.value = String(event.features?.[0]?.properties.id ?? '') })
      pointAt(made, 'fence')
      made.on('zoom', apart)
      void import('@/modules/region/map/library').then(({ maplibre }) => { marker = maplibre.Marker; fill() })
    },
  })
  watch([street.data, community.data], ground)
  watch([shapes, chosen], fill)

  function layers(made: MapLibre): void {
    made.addSource('fence', { type: 'geojson', data: none })
    const tint = ['case', ['get', 'active'], token('--yw-primary'), token('--yw-text-3')] as never
    made.addLayer({ id: 'fence', type: 'fill', source: 'fence', paint: { 'fill-color': tint, 'fill-opacity': ['case', ['get', 'on'], 0.34, 0.14] } })
    made.addLayer({ id: 'fence-line', type: 'line', source: 'fence', paint: { 'line-color': tint, 'line-width': ['case', ['get', 'on'], 3.2, 1.8] } })
  }

  function ground(): void { put('street', street.data.value); put('community', community.data.value); if (!fitted) fit() }

  function fill(): void {
    put('fence', { ...none, features: shapes.value.features.map((f): Feature => ({ ...f, properties: { ...f.properties, on: f.properties!.id === chosen.value } })) })
    for (const one of names) one.remove()
    names = map() && marker ? [...shapes.value.features].sort((a, b) => Number(b.properties!.id === chosen.value) - Number(a.properties!.id === chosen.value)).map(label) : []
    apart()
    const one = shapes.value.features.find((f) => f.properties!.id === chosen.value)
    const bounds = one && boundsOf([one])
    if (bounds) map()?.fitBounds(bounds, { padding: 80, maxZoom: 16, duration: 400 })
    else if (shapes.value.features.length !== fitted) fit()
  }

  function label(f: Feature): Marker {
    const element = document.createElement('span')
    element.className = 'fence-name'
    element.textContent = String(f.properties!.name)
    return new marker!({ element }).setLngLat(labelPoint(f.geometry) ?? [0, 0]).addTo(map()!)
  }

  /** Of names that would lie on each other the first is shown, the chosen one before all; nearer by there is room for the others. */
  function apart(): void {
    const m = map()
    if (!m) return
    const taken: DOMRect[] = []
    for (const one of names) {
      const { x, y } = m.project(one.getLngLat()), { offsetWidth: width, offsetHeight: height } = one.getElement()
      const box = new DOMRect(x - width / 2, y - height / 2, width, height)
      const free = !taken.some((other) => box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom)
      one.getElement().style.visibility = free ? '' : 'hidden'
      if (free) taken.push(box)
    }
  }

  /** Shows all fences, or the streets while there are none. */
  function fit(): void {
    if (!map()) return // shown once the map is there
    fitted = shapes.value.features.length
    const bounds = boundsOf(fitted ? shapes.value.features : (street.data.value?.features ?? []))
    if (bounds) map()?.fitBounds(bounds, { padding: 60, maxZoom: 15, animate: false })
  }

  return { failed, shapes, fit, zoom }
}
