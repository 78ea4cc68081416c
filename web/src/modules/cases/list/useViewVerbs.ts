import { useMutation, useQueryClient } from '@tanstack/vue-query'
import type { Ref } from 'vue'
import { failed } from '@/ui/toast'
import { changeView, dropView, subscribeView, type CaseView } from './api'
import type { Filter } from './filter'

/** What can be done about the view that is open. */
export function useViewVerbs(view: () => CaseView | undefined, filter: Ref<Filter>, columns: () => string[], open: (id: string) => void) {
  const cache = useQueryClient()
  const refresh = () => cache.invalidateQueries({ queryKey: ['case-counts'] })
  const update = useMutation({
    mutationFn: () => {
      const v = view()!
      return changeView(v.id, { name: v.name, scope: v.scope as 'own' | 'unit' | 'area', filter: filter.value, columns: columns(), version: v.version })
    },
    onSuccess: async (v) => { await refresh(); open(v.id) },
    onError: failed,
  })
  const drop = useMutation({ mutationFn: () => dropView(view()!.id), onSuccess: async () => { open('todo'); await refresh() }, onError: failed })
  const subscribe = useMutation({
    mutationFn: ({ id, on }: { id: string; on: boolean }) => subscribeView(id, on),
    onSuccess: async (_, { id, on }) => { await refresh(); open(on ? id : 'todo') },
    onError: failed,
  })
  return { update, drop, subscribe }
}
