import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed } from 'vue'
import { fetchFile } from '@/kit/fetchFile'
import { failed } from '@/ui/toast'
import { exportFile, listExports, withdrawExport, type ExportRequest, type Kind } from './api'
import { contentOf } from './words'

/** Taking and withdrawing; `after` follows either, also where it was refused. */
export function useExportActs(after: () => void) {
  const both = { onSuccess: after, onError: (error: Error) => { failed(error); after() } }
  const take = useMutation({ mutationFn: (r: ExportRequest) => fetchFile(exportFile(r), `${contentOf(r)}.${r.format}`), ...both })
  const withdraw = useMutation({ mutationFn: (r: ExportRequest) => withdrawExport(r), ...both })
  return { take, withdraw }
}

/** Requests of one kind or of all: what waits for my decision, and the rest. */
export function useExports(kind?: Kind) {
  const cache = useQueryClient()
  const query = useQuery({ queryKey: ['exports', kind ?? ''], queryFn: () => listExports(kind) })
  const items = computed(() => (query.data.value?.items ?? []) as ExportRequest[])
  const waiting = computed(() => items.value.filter((r) => r.can_decide))
  const rest = computed(() => items.value.filter((r) => !r.can_decide))
  return { query, items, waiting, rest, ...useExportActs(() => void cache.invalidateQueries({ queryKey: ['exports'] })) }
}
