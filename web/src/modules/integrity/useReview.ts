import { useInfiniteQuery, useQuery } from '@tanstack/vue-query'
import { computed, ref, watch } from 'vue'
import { getRow, listRows, type RowFilter } from './api'

/** The queue of flagged answers with the one that is being looked at. */
export function useReview(wave: () => string, filter: () => RowFilter) {
  const query = useInfiniteQuery({
    queryKey: ['integrity', wave, 'rows', filter],
    queryFn: ({ pageParam }) => listRows(wave(), { ...filter(), limit: 50, cursor: pageParam || undefined }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor || undefined,
  })
  const rows = computed(() => query.data.value?.pages.flatMap((p) => p.items) ?? [])
  const total = computed(() => query.data.value?.pages[0]?.total ?? 0)
  const chosen = ref('')
  const place = computed(() => Math.max(0, rows.value.findIndex((r) => r.id === chosen.value)))
  const current = computed(() => rows.value[place.value])
  const before = ref(0)

  watch(rows, (list) => {
    if (!list.some((r) => r.id === chosen.value)) chosen.value = list[Math.min(before.value, list.length - 1)]?.id ?? ''
  }, { immediate: true })
  watch(place, (at) => {
    before.value = at
    if (at > rows.value.length - 8 && query.hasNextPage.value && !query.isFetchingNextPage.value) void query.fetchNextPage()
  })
  const detail = useQuery({ queryKey: ['integrity', wave, 'row', () => current.value?.id], queryFn: () => getRow(wave(), current.value!.id), enabled: () => !!current.value })
  const move = (step: number) => { chosen.value = rows.value[Math.min(rows.value.length - 1, Math.max(0, place.value + step))]?.id ?? '' }
  return { query, rows, total, chosen, current, detail, move }
}
