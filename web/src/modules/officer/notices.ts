import { computed, ref, shallowRef } from 'vue'
import { api, body } from '@/kit/http'
import { asProblem, type Problem } from '@/kit/problem'

export interface Told { id: string; title: string; link?: string; at: string; read: boolean; kind: string }
const list = shallowRef<Told[]>([])
const unread = ref(0)
const cursor = ref<string>()

/** Where a notice leads: a page of the phone, a page of the console, or nowhere. */
export function leadsTo({ link }: Told): { tag: 'RouterLink' | 'a' | 'p'; door: object } {
  if (!link) return { tag: 'p', door: {} }
  if (link.startsWith('/m/')) return { tag: 'RouterLink', door: { to: link.slice(2) } }
  return /^\/(cases\/[^/]+$|calls(\?|$))/.test(link) ? { tag: 'RouterLink', door: { to: link } } : { tag: 'a', door: { href: link } }
}

/** How many notices wait; the phone asks when its first page opens. */
export const unreadNotices = computed(() => unread.value)

/** The officer's notices, a page at a time. */
export function useNotices() {
  const loading = ref(false)
  const problem = shallowRef<Problem>()
  async function ask(after?: string): Promise<void> {
    loading.value = true
    try {
      const page = await body(api.GET('/api/v1/notices', { params: { query: { limit: 30, ...(after ? { cursor: after } : {}) } } }))
      const items = (page.items ?? []) as Told[]
      list.value = after ? [...list.value, ...items] : items
      unread.value = page.unread
      cursor.value = page.next_cursor
      problem.value = undefined
    } catch (error) { problem.value = asProblem(error) }
    loading.value = false
  }
  async function read(one: Told): Promise<void> {
    if (one.read) return
    list.value = list.value.map((other) => (other.id === one.id ? { ...other, read: true } : other))
    unread.value = Math.max(0, unread.value - 1)
    try { await body(api.POST('/api/v1/notices/{id}/read', { params: { path: { id: one.id } } })) } catch { /* it is unread again when asked next */ }
  }
  async function readAll(): Promise<void> {
    try { await body(api.POST('/api/v1/notices/read')) } catch (error) { problem.value = asProblem(error) }
    await ask()
  }
  return { notices: list, more: computed(() => !!cursor.value), loading, problem, load: () => ask(), next: () => ask(cursor.value), read, readAll }
}
