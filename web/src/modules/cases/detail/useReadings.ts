import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { explainClocks } from '../clock/api'

/** The clocks of a case with what was used of each, in working time. */
export function useReadings(item: () => { id: string; version: number }) {
  const query = useQuery({ queryKey: ['case-clocks', () => item().id, () => item().version], queryFn: () => explainClocks(item().id), staleTime: 30_000 })
  return { readings: computed(() => query.data.value?.clocks ?? []) }
}
