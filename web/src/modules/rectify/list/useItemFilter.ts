import { computed, reactive, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'

export interface ItemFilterState { field: string; state: string; street: string; overdue: string; set: string; unit: string; place: string }
const keys = ['field', 'state', 'street', 'overdue', 'set', 'unit', 'place'] as const

/** The filter of the items below a list or the loop. It stands in the address, so every figure is a link to its list. */
export function useItemFilter() {
  const route = useRoute()
  const router = useRouter()
  const read = (): ItemFilterState => Object.fromEntries(keys.map((key) => [key, String(route.query[key] ?? '')])) as unknown as ItemFilterState
  const f = reactive(read())
  watch(() => route.query, () => Object.assign(f, read()))
  const others = computed(() => Object.fromEntries(Object.entries(route.query).filter(([key]) => !(keys as readonly string[]).includes(key))))
  watch(f, (now) => {
    const query = { ...others.value, ...Object.fromEntries(Object.entries(now).filter(([, v]) => v)) }
    if (JSON.stringify(query) !== JSON.stringify(route.query)) void router.replace({ query, hash: route.hash })
  })
  const link = (only: Partial<ItemFilterState>) => ({ query: { ...others.value, ...only } })
  const clear = () => Object.assign(f, Object.fromEntries(keys.map((key) => [key, ''])))
  return { f, link, clear }
}

export type ItemFilterHandle = ReturnType<typeof useItemFilter>
