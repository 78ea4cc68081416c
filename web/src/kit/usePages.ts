import { useInfiniteQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import type { Page } from '@/api/types'

/** A list that comes page by page; the machinery of every long table. */
export function usePages<T>(key: unknown[], load: (cursor: string | undefined) => Promise<Page<T>>, enabled: () => boolean = () => true) {
  const query = useInfiniteQuery({
    queryKey: key,
    enabled,
    queryFn: ({ pageParam }) => load(pageParam || undefined),
    initialPageParam: '',
    getNextPageParam: (last: Page<T>) => last.next_cursor || undefined,
  })
  const items = computed(() => query.data.value?.pages.flatMap((page) => page.items) ?? [])
  const total = computed(() => query.data.value?.pages[0]?.total)
  return { query, items, total }
}
