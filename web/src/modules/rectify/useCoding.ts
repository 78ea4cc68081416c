import { useInfiniteQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, ref, watch } from 'vue'
import type { Comment } from '@/api/types'
import { failed } from '@/ui/toast'
import { confirmComment, listComments, skipComment, undoComment, type CommentFilter } from './api'

/** The desk for sorting comments: one at a time from a queue, decided by keys, the last decisions undoable. */
export function useCoding(filter: () => CommentFilter) {
  const cache = useQueryClient()
  const query = useInfiniteQuery({
    queryKey: ['comments', 'open', filter],
    queryFn: ({ pageParam }) => listComments({ ...filter(), state: 'open', limit: 50, cursor: pageParam || undefined }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor || undefined,
    staleTime: Infinity,
  })
  const decided = ref<Comment[]>([])
  const busy = ref(false)
  const chosen = ref<string[]>([])
  const touched = ref(false)
  const gone = computed(() => new Set(decided.value.map((c) => c.id)))
  const queue = computed(() => (query.data.value?.pages.flatMap((p) => p.items) ?? []).filter((c) => !gone.value.has(c.id)))
  const current = computed(() => queue.value[0])
  const left = computed(() => Math.max(0, (query.data.value?.pages[0]?.total ?? 0) - decided.value.length))

  watch(() => current.value?.id, () => {
    const best = current.value?.suggestions[0]
    chosen.value = best ? [best.field] : []
    touched.value = false
    if (queue.value.length < 10 && query.hasNextPage.value && !query.isFetchingNextPage.value) void query.fetchNextPage()
  }, { immediate: true })

  async function decide(work: (comment: Comment) => Promise<Comment>): Promise<Comment | undefined> {
    const comment = current.value
    if (!comment || busy.value) return undefined
    busy.value = true
    try {
      const after = await work(comment)
      decided.value.push(after)
      return after
    } catch (error) {
      failed(error)
      return undefined
    } finally {
      busy.value = false
    }
  }

  const confirm = () => (chosen.value.length ? decide((c) => confirmComment(c.id, { fields: chosen.value, version: c.version })) : Promise.resolve(undefined))
  const skip = (praise: boolean, reason: string) => decide((c) => skipComment(c.id, { praise, reason, version: c.version }))

  async function undo(): Promise<void> {
    const last = decided.value.at(-1)
    if (!last || busy.value) return
    busy.value = true
    try {
      await undoComment(last.id, { version: last.version })
      decided.value.pop()
      await query.refetch()
    } catch (error) {
      failed(error)
    } finally {
      busy.value = false
    }
  }

  /** The first choice of another field replaces the suggestion; from then on fields are added and taken away. */
  function toggle(field: string): void {
    const suggestionOnly = !touched.value && !chosen.value.includes(field)
    touched.value = true
    if (suggestionOnly) chosen.value = [field]
    else chosen.value = chosen.value.includes(field) ? chosen.value.filter((f) => f !== field) : [...chosen.value, field]
  }

  const leave = () => Promise.all(['loop', 'items'].map((key) => cache.invalidateQueries({ queryKey: [key] })))
  return { query, queue, current, left, decided, busy, chosen, confirm, skip, undo, toggle, leave }
}
