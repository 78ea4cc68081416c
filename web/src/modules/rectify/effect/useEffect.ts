import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed } from 'vue'
import { failed } from '@/ui/toast'
import { chooseAgain, confirmReturn, dismissReturn, findReturns, getEffect, getItemEffect, listAgain, listReturns, listStandings, type By, type Return, type ReturnFilter } from './api'

/** Whether what was done about the items of a wave helped. */
export function useEffect(wave: () => string) {
  return useQuery({ queryKey: ['effect', wave], queryFn: () => getEffect(wave()), enabled: () => !!wave() })
}

export const useItemEffect = (id: () => string) => useQuery({ queryKey: ['effect', 'item', id], queryFn: () => getItemEffect(id()), enabled: () => !!id() })

export function useStandings(wave: () => string, by: () => By) {
  return useQuery({ queryKey: ['effect', 'standings', wave, by], queryFn: () => listStandings(wave(), by()), enabled: () => !!wave() })
}

/** What a wave asks again; the office may choose it before answers come in. */
export function useAgain(wave: () => string) {
  const cache = useQueryClient()
  const query = useQuery({ queryKey: ['effect', 'again', wave], queryFn: () => listAgain(wave()), enabled: () => !!wave() })
  const choose = useMutation({ mutationFn: () => chooseAgain(wave()), onSuccess: () => cache.invalidateQueries({ queryKey: ['effect', 'again'] }), onError: failed })
  return { query, choose }
}

/** Closed matters that may be back, page by page, and what a person decides. */
export function useReturns(filter: () => ReturnFilter) {
  const cache = useQueryClient()
  const refresh = () => Promise.all(['effect', 'loop', 'items'].map((key) => cache.invalidateQueries({ queryKey: [key] })))
  const query = useInfiniteQuery({
    queryKey: ['effect', 'returns', filter],
    queryFn: ({ pageParam }) => listReturns({ limit: 20, ...filter(), cursor: pageParam || undefined }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor || undefined,
  })
  const settle = { onSuccess: refresh, onError: (error: unknown) => { failed(error); void query.refetch() } }
  const confirm = useMutation({ mutationFn: (one: Return) => confirmReturn(one), ...settle })
  const dismiss = useMutation({ mutationFn: ({ one, note }: { one: Return; note: string }) => dismissReturn(one, note), ...settle })
  const find = useMutation({ mutationFn: (wave: string) => findReturns(wave), ...settle })
  return { query, confirm, dismiss, find, list: computed(() => query.data.value?.pages.flatMap((page) => page.items) ?? []), total: computed(() => query.data.value?.pages[0]?.total) }
}
