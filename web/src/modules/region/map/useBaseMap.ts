import type { GeoJSONSource, Map as MapLibre, MapOptions } from 'maplibre-gl'
import type { FeatureCollection } from 'geojson'
import { onBeforeUnmount, onMounted, shallowRef, watch, type Ref } from 'vue'
import { drawn, token } from '@/kit/theme'
import { styleOf, type Classes } from './paint'

const none: FeatureCollection = { type: 'FeatureCollection', features: [] }

/** What a page draws on the ground: `styled` runs whenever the style is there anew (first, and after light and dark change), `ready` once. */
export interface Drawing { classes?: Classes; options?: Partial<MapOptions>; styled: (map: MapLibre) => void; ready?: (map: MapLibre) => void }

/** The ground every map of the console stands on: areas in the colours of the theme, north up, nothing from elsewhere. */
export function useBaseMap(box: Ref<HTMLElement | null>, drawing: Drawing) {
  const failed = shallowRef(false)
  let made: MapLibre | undefined
  const style = () => styleOf(drawing.classes ?? { breaks: [], labels: [] }, token)

  onMounted(async () => {
    const { maplibre } = await import('./library')
    if (!box.value) return
    try {
      made = new maplibre.Map({ container: box.value, style: style(), center: [118.75, 32.07], zoom: 11, attributionControl: false, dragRotate: false, pitchWithRotate: false, maxZoom: 18, minZoom: 8, fadeDuration: 0, ...drawing.options })
    } catch {
      failed.value = true // no WebGL: the list beside the map says the same
      return
    }
    const map = made
    map.touchZoomRotate.disableRotation()
    map.on('style.load', () => drawing.styled(map))
    drawing.ready?.(map)
    watch(drawn, () => map.setStyle(style()))
  })
  onBeforeUnmount(() => made?.remove())

  return {
    failed,
    map: () => made,
    /** Replaces what a source holds; nothing happens before the style is there. */
    put: (id: string, data?: FeatureCollection) => (made?.getSource(id) as GeoJSONSource | undefined)?.setData(data ?? none),
    zoom: (by: number) => made?.zoomTo(made.getZoom() + by, { duration: 200 }),
  }
}

/** Shows a hand over what can be clicked. */
export function pointAt(map: MapLibre, layer: string): void {
  map.on('mouseenter', layer, () => (map.getCanvas().style.cursor = 'pointer'))
  map.on('mouseleave', layer, () => (map.getCanvas().style.cursor = ''))
}
