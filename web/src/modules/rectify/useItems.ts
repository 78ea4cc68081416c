import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed } from 'vue'
import { failed } from '@/ui/toast'
import { actOn, addEvidence, amendItem, getItem, getLoop, listFields, listItems, summarise, type ActionBody, type ItemFilter } from './api'

/** Items by filter, page by page. */
export function useItems(filter: () => ItemFilter) {
  const query = useInfiniteQuery({
    queryKey: ['items', filter],
    queryFn: ({ pageParam }) => listItems({ limit: 50, ...filter(), cursor: pageParam || undefined }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor || undefined,
  })
  const items = computed(() => query.data.value?.pages.flatMap((page) => page.items) ?? [])
  const total = computed(() => query.data.value?.pages[0]?.total)
  return { query, items, total }
}

/** One item with its history, and the verbs that move it. */
export function useItem(id: () => string) {
  const cache = useQueryClient()
  const query = useQuery({ queryKey: ['item', id], queryFn: () => getItem(id()), enabled: () => !!id() })
  const refresh = () => Promise.all(['item', 'items', 'loop', 'todo'].map((key) => cache.invalidateQueries({ queryKey: [key] })))
  const act = useMutation({
    mutationFn: async ({ action, body }: { action: string; body: Omit<ActionBody, 'version'> }) => {
      const item = query.data.value!
      let version = item.version
      if (action === 'confirm' && body.lead_unit && body.lead_unit !== item.lead.id) {
        const plan = { title: item.title, field: item.field, area_code: item.area_code, place: item.place, co_units: item.co.map((u) => u.id) }
        version = (await amendItem(item.id, { ...plan, lead_unit: body.lead_unit, version })).version
      }
      return actOn(item.id, action, { ...body, version })
    },
    onSuccess: refresh,
    onError: (error) => { failed(error); void query.refetch() },
  })
  const upload = useMutation({
    mutationFn: ({ file, phase, caption }: { file: File; phase: 'before' | 'after'; caption: string }) => addEvidence(id(), file, phase, caption),
    onSuccess: refresh,
    onError: failed,
  })
  return { query, item: computed(() => query.data.value), act, upload, refresh }
}

/** The closed loop of a wave and its lines by field. */
export function useLoop(wave: () => string) {
  const loop = useQuery({ queryKey: ['loop', wave], queryFn: () => getLoop(wave()), enabled: () => !!wave() })
  const byField = useQuery({ queryKey: ['loop', 'field', wave], queryFn: () => summarise(wave(), 'field'), enabled: () => !!wave() })
  return { loop, byField, lines: computed(() => byField.data.value?.items ?? []) }
}

/** The 14 fields, for names and for choosing. */
export function useFields() {
  const query = useQuery({ queryKey: ['fields'], queryFn: listFields, staleTime: Infinity })
  const fields = computed(() => query.data.value?.items ?? [])
  const nameOf = (code: string) => fields.value.find((field) => field.code === code)?.name ?? code
  return { fields, nameOf }
}
