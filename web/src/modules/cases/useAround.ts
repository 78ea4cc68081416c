import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { getAround } from './api'

/** What lies around a case: names, neighbours, and how units did with its category. */
export function useAround(item: () => { id: string; version: number; category?: string } | undefined, units: () => string[] = () => []) {
  const asked = computed(() => [...new Set(units().filter(Boolean))].sort())
  const query = useQuery({
    queryKey: ['case-around', () => item()?.id ?? '', () => item()?.version ?? 0, asked],
    queryFn: () => getAround(item()!.id, asked.value),
    enabled: () => !!item(),
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  })
  const around = computed(() => query.data.value)
  const record = (unit: string) => around.value?.leads.find((r) => r.unit_id === unit)
  const nameOf = (id: string | undefined) => (id && around.value?.names[id]) || ''
  return { around, record, nameOf }
}
