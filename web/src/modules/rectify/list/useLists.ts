import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed } from 'vue'
import { fetchFile } from '@/kit/fetchFile'
import { t } from '@/kit/i18n'
import { done, failed } from '@/ui/toast'
import { getList, getWeakest, issueList, listFile, listLists, remindList, summariseItems, type SummaryBy, type WeakBy } from './api'

/** The reverse lists of a wave, newest first. */
export function useLists(wave: () => string, todo: () => boolean) {
  const query = useInfiniteQuery({
    queryKey: ['reverse-lists', wave, todo],
    queryFn: ({ pageParam }) => listLists({ wave: wave() || undefined, todo: todo() || undefined, limit: 50, cursor: pageParam || undefined }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor || undefined,
  })
  return { query, lists: computed(() => query.data.value?.pages.flatMap((page) => page.items) ?? []), total: computed(() => query.data.value?.pages[0]?.total) }
}

/** One list with its receipts and editions, and the steps that need no dialog. */
export function useList(id: () => string) {
  const cache = useQueryClient()
  const query = useQuery({ queryKey: ['reverse-list', id], queryFn: () => getList(id()) })
  const refresh = () => Promise.all(['reverse-list', 'reverse-lists', 'items', 'loop', 'list-summary'].map((key) => cache.invalidateQueries({ queryKey: [key] })))
  const again = { onError: (error: Error) => { failed(error); void query.refetch() } }
  const issue = useMutation({ mutationFn: () => issueList(id(), query.data.value!.version), onSuccess: async () => { await refresh(); done(t('已下发，各单位会收到通知')) }, ...again })
  const remind = useMutation({ mutationFn: () => remindList(id()), onSuccess: async (r) => { await refresh(); done(t('已提醒 {n} 家单位', { n: r.told })) }, ...again })
  const save = useMutation({ mutationFn: (format: 'xlsx' | 'docx' | 'html') => fetchFile(listFile(id(), format), `${t('反向问题清单')}.${format}`), onError: failed })
  return { query, list: computed(() => query.data.value), refresh, issue, remind, save }
}

/** Where the items of a list or a wave stand, by field, street, unit or place. */
export function useSummary(wave: () => string, by: () => SummaryBy, list: () => string) {
  const query = useQuery({ queryKey: ['list-summary', wave, by, list], queryFn: () => summariseItems({ wave: wave(), by: by(), list: list() || undefined }), enabled: () => !!wave() })
  return { query, lines: computed(() => query.data.value?.items ?? []) }
}

/** Which fields, units or areas most respondents named. */
export function useWeakest(wave: () => string, by: () => WeakBy, area: () => string) {
  const query = useQuery({ queryKey: ['weakest', wave, by, area], queryFn: () => getWeakest(wave(), by(), area() || undefined), enabled: () => !!wave(), staleTime: 60_000 })
  return { query, weak: computed(() => query.data.value) }
}
