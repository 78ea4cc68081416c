import type { GeoJSONSource, Map as MapLibre, Marker } from 'maplibre-gl'
import { onBeforeUnmount, onMounted, ref, shallowRef, watch, type Ref } from 'vue'
import { drawn, token } from '@/kit/theme'
import { boundsOf } from '@/modules/region/map/geometry'
import { styleOf } from '@/modules/region/map/paint'
import { useMapData } from '@/modules/region/useMapData'

export interface Point { lat: number; lon: number }

/** A map on which one point is chosen by a click and others are shown. */
export function usePlaceMap(box: Ref<HTMLElement | null>, point: Ref<Point | null>) {
  const map = shallowRef<MapLibre | null>(null)
  const failed = ref(false)
  const { street, community } = useMapData(ref('composite'), () => false)
  const plain = { breaks: [], labels: [] }
  let fitted = false

  onMounted(async () => {
    const { maplibre } = await import('@/modules/region/map/library')
    if (!box.value) return
    try {
      const made = new maplibre.Map({ container: box.value, style: styleOf(plain, token), center: [118.75, 32.07], zoom: 11, attributionControl: false, dragRotate: false, pitchWithRotate: false, maxZoom: 18, minZoom: 8, fadeDuration: 0 })
      made.touchZoomRotate.disableRotation()
      made.getCanvas().style.cursor = 'crosshair'
      made.on('click', (event) => { point.value = { lat: round(event.lngLat.lat), lon: round(event.lngLat.lng) } })
      let marker: Marker | null = null
      const mark = () => {
        marker?.remove()
        if (point.value) marker = new maplibre.Marker({ color: token('--yw-primary') }).setLngLat([point.value.lon, point.value.lat]).addTo(made)
      }
      made.on('style.load', () => { map.value = made; ground(); mark() })
      watch([street.data, community.data], ground)
      watch(point, mark)
      watch(drawn, () => { for (const layer of styleOf(plain, token).layers) for (const [name, value] of Object.entries(layer.paint ?? {})) made.setPaintProperty(layer.id, name as never, value as never) })
    } catch {
      failed.value = true // no WebGL: the list of areas beside it says where, too
    }
  })

  function ground(): void {
    const made = map.value
    if (!made) return
    for (const [id, data] of [['street', street.data.value], ['community', community.data.value]] as const) if (data) (made.getSource(id) as GeoJSONSource | undefined)?.setData(data)
    const bounds = fitted ? null : boundsOf(street.data.value?.features ?? [])
    if (bounds) { fitted = true; made.fitBounds(bounds, { padding: 24, animate: false }) }
  }

  const round = (degrees: number) => Math.round(degrees * 1e6) / 1e6
  onBeforeUnmount(() => map.value?.remove())
  return { failed }
}
