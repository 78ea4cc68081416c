import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import type { Area } from '@/api/types'
import { listAreas } from './api'
import { nearest } from './reorganise'

/** The areas beside one, of the same layer and nearest first: with which it may be merged. */
export function useSiblings(area: Area) {
  const query = useQuery({ queryKey: ['siblings', area.code], queryFn: () => listAreas({ parent: area.parent_code, kind: area.kind, limit: 200 }) })
  const siblings = computed(() => nearest(area, (query.data.value?.items ?? []).filter((a) => a.code !== area.code && a.kind === area.kind && !a.valid_to)))
  return { query, siblings }
}
