import { useInfiniteQuery, useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { useRoute, useRouter, type LocationQueryRaw } from 'vue-router'
import { area } from '@/kit/session'
import { following } from '@/kit/useStream'
import { listPage, listViews, type CaseView } from './api'
import { parsed, same, tidy, type Filter } from './filter'

export type Mode = 'list' | 'table' | 'map'

/** What the desk shows stands in the address: view, changed filter, mode, open case. It can be sent to a colleague. */
export function useDesk() {
  const route = useRoute()
  const router = useRouter()
  const go = (query: LocationQueryRaw) => void router.replace({ query: { ...route.query, ...query } })

  const views = useQuery({ queryKey: ['case-counts', 'views'], queryFn: listViews, refetchInterval: 60_000 })
  const tabs = computed(() => (views.data.value?.items ?? []).filter((v) => v.subscribed))
  const offered = computed(() => (views.data.value?.items ?? []).filter((v) => !v.subscribed))
  const view = computed<CaseView | undefined>(() => tabs.value.find((v) => v.id === route.query['view']) ?? (route.query['view'] ? offered.value.find((v) => v.id === route.query['view']) : undefined) ?? tabs.value[0])
  const mode = computed<Mode>({ get: () => (['table', 'map'].includes(String(route.query['mode'])) ? (route.query['mode'] as Mode) : 'list'), set: (m) => go({ mode: m === 'list' ? undefined : m }) })
  const filter = computed<Filter>({
    get: () => parsed(route.query['f']) ?? (view.value?.filter as Filter | undefined) ?? {},
    set: (f) => go({ f: view.value && same(f, view.value.filter as Filter) ? undefined : JSON.stringify(tidy(f)), id: undefined }),
  })
  const changed = computed(() => !!view.value && !same(filter.value, view.value.filter as Filter))
  const id = computed<string>({ get: () => String(route.query['id'] ?? ''), set: (next) => go({ id: next || undefined }) })
  const open = (v: string) => go({ view: v, f: undefined, id: undefined })

  /** The area switch of the frame narrows every view that names no area itself. */
  const asked = computed<Filter>(() => ({ ...filter.value, area: filter.value.area || (area.value && area.value.code.length > 4 ? area.value.code : undefined) }))
  const query = useInfiniteQuery({
    queryKey: ['cases', 'desk', asked],
    queryFn: ({ pageParam }) => listPage(asked.value, pageParam || undefined),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor || undefined,
    enabled: () => !!view.value,
    refetchInterval: () => (following.value ? false : 60_000), // the stream says when there is something new
  })
  const rows = computed(() => query.data.value?.pages.flatMap((page) => page.items) ?? [])
  const total = computed(() => query.data.value?.pages[0]?.total ?? 0)
  return { views, tabs, offered, view, mode, filter, changed, id, open, asked, query, rows, total }
}
