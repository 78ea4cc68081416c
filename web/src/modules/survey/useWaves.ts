import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed } from 'vue'
import { failed } from '@/ui/toast'
import { getWave, listWaves, moveWave } from './api'

/** All waves, newest first. */
export function useWaves() {
  const query = useQuery({ queryKey: ['waves'], queryFn: listWaves })
  return { query, waves: computed(() => query.data.value?.items ?? []) }
}

/** One wave and the verbs that move it. */
export function useWave(id: () => string) {
  const cache = useQueryClient()
  const query = useQuery({ queryKey: ['wave', id], queryFn: () => getWave(id()), enabled: () => !!id() })
  const move = useMutation({
    mutationFn: ({ action, note }: { action: string; note?: string }) => moveWave(id(), action, { version: query.data.value?.version ?? 0, note }),
    onSuccess: () => Promise.all([cache.invalidateQueries({ queryKey: ['wave'] }), cache.invalidateQueries({ queryKey: ['waves'] })]),
    onError: failed,
  })
  return { query, wave: computed(() => query.data.value), move }
}
