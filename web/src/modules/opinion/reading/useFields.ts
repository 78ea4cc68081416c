import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { listFields } from '@/modules/rectify/api'

export type Fields = { code: string; name: string }[]

/** The 14 fields. */
export function useFields() {
  const query = useQuery({ queryKey: ['rectify', 'fields'], queryFn: () => listFields() })
  return computed<Fields>(() => (query.data.value?.items ?? []) as Fields)
}
