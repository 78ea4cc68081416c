import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, ref } from 'vue'
import type { CaseDetail } from '@/api/types'
import { actOnCase, getCase } from '@/modules/cases/api'
import { caseKeys } from '@/modules/cases/useCase'
import { failed } from '@/ui/toast'
import { listDuplicates, listMerges } from './api'

/** One case beside another that may be the same, and joining the two or taking them apart. */
export function useDuplicates(id: () => string) {
  const cache = useQueryClient()
  const query = useQuery({ queryKey: ['case', id], queryFn: () => getCase(id()) })
  const near = useQuery({ queryKey: ['cases', 'duplicates', id], queryFn: () => listDuplicates(id()) })
  const merges = useQuery({ queryKey: ['cases', 'merges', id], queryFn: () => listMerges(id()) })
  const chosen = ref('')
  const otherId = computed(() => chosen.value || near.data.value?.items[0]?.case.id || '')
  const other = useQuery({ queryKey: ['case', otherId], queryFn: () => getCase(otherId.value), enabled: () => !!otherId.value })
  const refresh = async () => {
    chosen.value = ''
    await Promise.all(caseKeys.map((key) => cache.invalidateQueries({ queryKey: [key] })))
  }
  const join = useMutation({
    mutationFn: ({ from, into, note }: { from: CaseDetail; into: CaseDetail; note: string }) => actOnCase(from.id, 'merge', from.version, { into: into.id, note }),
    onSuccess: refresh, onError: failed,
  })
  const apart = useMutation({
    mutationFn: ({ one, version, note }: { one: string; version: number; note: string }) => actOnCase(one, 'unmerge', version, { note }),
    onSuccess: refresh, onError: failed,
  })
  return { query, near, merges, chosen, otherId, other, join, apart }
}
