import { useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { area } from '@/kit/session'
import { areaShapes } from './api'

/** The polygons of the district, each level loaded once and kept. */
export function useMapData(kind: Ref<string>, wantsGrid: () => boolean) {
  const within = computed(() => area.value?.code.slice(0, 6) ?? '')
  const layer = (level: string, enabled: () => boolean, gridKind?: Ref<string>) =>
    useQuery({
      queryKey: ['shapes', level, within, gridKind ?? 'all'],
      queryFn: () => areaShapes({ level, within: within.value, kind: gridKind?.value }),
      enabled: () => within.value.length === 6 && enabled(),
      staleTime: 600_000,
    })
  const street = layer('subdistrict', () => true)
  const community = layer('community', () => true)
  const grid = layer('grid', wantsGrid, kind)
  return { street, community, grid }
}
