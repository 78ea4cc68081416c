import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { listForms } from './api'
import type { Group } from './useNewWave'

/** Questionnaire versions a plan may name, by group, newest first. */
export function usePlanForms() {
  const query = useQuery({ queryKey: ['questionnaires', 'plan'], queryFn: listForms })
  return computed(() => {
    const of: Record<Group, { id: string; name: string; version: string }[]> = { elder: [], adult: [], unit: [] }
    for (const q of query.data.value?.items ?? []) of[q.group as Group]?.push(q)
    return of
  })
}
