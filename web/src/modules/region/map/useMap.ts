import type { Feature, FeatureCollection } from 'geojson'
import type { GeoJSONSource, Map as MapLibre, Marker } from 'maplibre-gl'
import { onBeforeUnmount, onMounted, shallowRef, watch, type Ref } from 'vue'
import { drawn, token } from '@/kit/theme'
import type { ShapeProperties } from '../api'
import { boundsOf, labelPoint } from './geometry'
import { styleOf, type Classes } from './paint'

export type Shapes = FeatureCollection<Feature['geometry'], ShapeProperties & { value?: number }>
export interface Picture { shown?: Shapes; grid?: Shapes; community?: Shapes; street?: Shapes; chosen: string | null; classes: Classes; labels: { street: string; text: string }[] }

const none: FeatureCollection = { type: 'FeatureCollection', features: [] }

/** Keeps a MapLibre map in step with what it should show; the library loads with the first map. */
export function useMap(box: Ref<HTMLElement | null>, picture: () => Picture, choose: (code: string) => void) {
  const map = shallowRef<MapLibre | null>(null)
  const failed = shallowRef(false)
  let labels: Marker[] = []
  let fitted = false

  onMounted(async () => {
    const { maplibre } = await import('./library')
    if (!box.value) return
    try {
      const made = new maplibre.Map({ container: box.value, style: styleOf(picture().classes, token), center: [118.75, 32.07], zoom: 11, attributionControl: false, dragRotate: false, pitchWithRotate: false, maxZoom: 17, minZoom: 8, fadeDuration: 0 })
      made.touchZoomRotate.disableRotation()
      made.on('click', 'fill', (event) => { const code = event.features?.[0]?.properties?.code; if (code) choose(String(code)) })
      made.on('mouseenter', 'fill', () => (made.getCanvas().style.cursor = 'pointer'))
      made.on('mouseleave', 'fill', () => (made.getCanvas().style.cursor = ''))
      made.on('style.load', () => { map.value = made; fill() })
      watch([picture, drawn], () => restyle(made), { flush: 'post' })
    } catch {
      failed.value = true // no WebGL: the list beside the map holds the same numbers
    }

    function restyle(made: MapLibre): void {
      const next = styleOf(picture().classes, token)
      for (const layer of next.layers) {
        for (const [name, value] of Object.entries(layer.paint ?? {})) if (made.getLayer(layer.id)) made.setPaintProperty(layer.id, name as never, value as never)
      }
      fill()
    }

    function fill(): void {
      const made = map.value
      if (!made) return
      const p = picture()
      const put = (id: string, data?: FeatureCollection) => (made.getSource(id) as GeoJSONSource | undefined)?.setData(data ?? none)
      put('shown', p.shown)
      put('grid', p.grid)
      put('community', p.community)
      put('street', p.street)
      put('chosen', { type: 'FeatureCollection', features: [p.shown, p.street, p.community, p.grid].flatMap((c) => c?.features ?? []).filter((f) => f.properties.code === p.chosen).slice(0, 1) })
      writeLabels(made, p)
      if (!fitted && p.street?.features.length) { fitted = true; fit() }
    }

    function writeLabels(made: MapLibre, p: Picture): void {
      for (const label of labels) label.remove()
      labels = (p.street?.features ?? []).flatMap((street) => {
        const text = p.labels.find((l) => l.street === street.properties.code)?.text
        const point = labelPoint(street.geometry)
        if (!text || !point) return []
        const element = document.createElement('span')
        element.className = 'map-label'
        element.textContent = text
        return [new maplibre.Marker({ element }).setLngLat(point).addTo(made)]
      })
    }
  })

  function fit(code?: string): void {
    const p = picture()
    const all = [...(p.street?.features ?? []), ...(p.shown?.features ?? [])]
    const bounds = boundsOf(code ? all.filter((f) => f.properties.code === code) : (p.street?.features ?? []))
    if (bounds) map.value?.fitBounds(bounds, { padding: code ? 120 : 32, maxZoom: 15, animate: !!code, duration: 400 })
  }

  onBeforeUnmount(() => map.value?.remove())
  return { map, failed, fit, zoom: (by: number) => map.value?.zoomTo(map.value.getZoom() + by, { duration: 200 }) }
}
