import { useQuery } from '@tanstack/vue-query'
import type { FeatureCollection } from 'geojson'
import type { GeoJSONSource, Map as MapLibre, Marker } from 'maplibre-gl'
import { computed, onBeforeUnmount, onMounted, ref, shallowRef, watch, type Ref } from 'vue'
import { area } from '@/kit/session'
import { drawn, token } from '@/kit/theme'
import { boundsOf } from '@/modules/region/map/geometry'
import { styleOf } from '@/modules/region/map/paint'
import { useMapData } from '@/modules/region/useMapData'
import { groupCases, mapCases, type Edges } from './api'
import type { Filter } from './filter'
import { bubble, pin } from './marks'

const none: FeatureCollection = { type: 'FeatureCollection', features: [] }

/** Clusters from afar and single cases from near, asked of the server for the part of the map in view. */
export function useCaseMap(box: Ref<HTMLElement | null>, filter: () => Filter, open: (id: string) => void) {
  const map = shallowRef<MapLibre | null>(null)
  const failed = ref(false)
  const edges = shallowRef<Edges | null>(null)
  const { street, community } = useMapData(ref('composite'), () => false)
  const query = useQuery({ queryKey: ['cases', 'map', filter, edges], queryFn: () => mapCases(filter(), edges.value!), enabled: () => !!edges.value, placeholderData: (before) => before })
  /** One tier below what is looked at: a street's desk reads communities, not the one line of its street. */
  const tier = computed<'street' | 'community' | 'grid'>(() => {
    const n = (filter().area ?? area.value?.code ?? '').length
    return n >= 12 ? 'grid' : n >= 9 ? 'community' : 'street'
  })
  const groups = useQuery({ queryKey: ['cases', 'groups', tier, filter], queryFn: () => groupCases(filter(), tier.value) })
  const picture = computed(() => query.data.value)
  let marks: Marker[] = []
  let fitted = false

  onMounted(async () => {
    const { maplibre } = await import('@/modules/region/map/library')
    if (!box.value) return
    try {
      const made = new maplibre.Map({ container: box.value, style: styleOf({ breaks: [], labels: [] }, token), center: [118.75, 32.07], zoom: 11, attributionControl: false, dragRotate: false, pitchWithRotate: false, maxZoom: 18, minZoom: 8, fadeDuration: 0 })
      made.touchZoomRotate.disableRotation()
      const look = () => {
        const b = made.getBounds()
        edges.value = { west: b.getWest(), south: b.getSouth(), east: b.getEast(), north: b.getNorth(), zoom: made.getZoom() }
      }
      made.on('moveend', look)
      made.on('style.load', () => { map.value = made; ground(); look() })
      watch([street.data, community.data], ground)
      watch(drawn, () => { for (const layer of styleOf({ breaks: [], labels: [] }, token).layers) for (const [name, value] of Object.entries(layer.paint ?? {})) made.setPaintProperty(layer.id, name as never, value as never) })
      watch(picture, () => {
        for (const mark of marks) mark.remove()
        const p = picture.value
        marks = [
          ...(p?.clusters ?? []).map((c) => new maplibre.Marker({ element: bubble(c, () => made.easeTo({ center: [c.lon, c.lat], zoom: Math.min(17, made.getZoom() + 2) })) }).setLngLat([c.lon, c.lat]).addTo(made)),
          ...(p?.points ?? []).map((c) => new maplibre.Marker({ element: pin(c, () => open(c.id)) }).setLngLat([c.lon, c.lat]).addTo(made)),
        ]
      })
    } catch {
      failed.value = true // no WebGL: the list beside the map holds the same numbers
    }
  })

  function ground(): void {
    const made = map.value
    if (!made) return
    const put = (id: string, data?: FeatureCollection) => (made.getSource(id) as GeoJSONSource | undefined)?.setData(data ?? none)
    put('shown', street.data.value)
    put('street', street.data.value)
    put('community', community.data.value)
    if (!fitted && street.data.value?.features.length) { fitted = true; fit() }
  }

  function fit(code?: string): void {
    const features = (code && code.length >= 12 ? community : street).data.value?.features ?? []
    const bounds = boundsOf(code ? features.filter((f) => f.properties.code === code.slice(0, 12)) : features)
    if (bounds) map.value?.fitBounds(bounds, { padding: 40, animate: !!code, duration: 400 })
  }

  onBeforeUnmount(() => map.value?.remove())
  return { query, picture, groups, tier, failed, fit, zoom: (by: number) => map.value?.zoomTo(map.value.getZoom() + by, { duration: 200 }) }
}
