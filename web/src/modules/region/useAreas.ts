import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
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
