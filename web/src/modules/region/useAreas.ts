import { useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { area } from '@/kit/session'
import { listAreas } from './api'

/** The streets inside the chosen area, or the street the area itself lies in. */
export function useStreets() {
  const query = useQuery({
    queryKey: ['streets', () => area.value?.code.slice(0, 6)],
    queryFn: () => listAreas({ parent: area.value!.code.slice(0, 6), limit: 200 }),
    enabled: () => !!area.value && area.value.code.length >= 6,
    staleTime: 600_000,
  })
  const streets = computed(() => (query.data.value?.items ?? []).filter((s) => !area.value || area.value.code.length <= 6 || area.value.code.startsWith(s.code)))
  return { query, streets }
}

/** The communities of a street, or the grids of a community; none while nothing is chosen. */
export function useCommunities(above: Ref<string>) {
  const query = useQuery({ queryKey: ['communities', above], queryFn: () => listAreas({ parent: above.value, limit: 200 }), enabled: () => !!above.value, staleTime: 600_000 })
  return { communities: computed(() => (above.value ? query.data.value?.items ?? [] : [])) }
}
