import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { useNow } from '@/kit/now'
import { area } from '@/kit/session'
import { getFigures, type By, type Row, type Scope } from './api'
import { periodOf, startOf } from './period'

/** What the page counts stands in its address, so that a figure can be sent to somebody. */
export function useScope(fallback = '30') {
  const route = useRoute()
  const router = useRouter()
  const now = useNow()
  const query = (name: string) => String(route.query[name] ?? '')
  const change = (part: Record<string, string | undefined>) =>
    router.replace({ query: { ...route.query, ...Object.fromEntries(Object.entries(part).map(([k, v]) => [k, v || undefined])) } })
  const field = (name: string, otherwise = '') => computed({ get: () => query(name) || otherwise, set: (v: string) => void change({ [name]: v === otherwise ? undefined : v }) })
  const period = field('period', fallback)
  const days = computed(() => (query('since') ? { since: query('since'), until: query('until') } : periodOf(period.value, now.value)))
  const scope = computed<Scope>(() => ({
    area: query('area') || area.value?.code, own: query('own') === '1', unit: query('unit'), category: query('category'), channel: query('channel'),
    since: startOf(days.value.since), until: startOf(days.value.until),
  }))
  return { route, change, field, period, days, scope }
}

export function useFigures(metrics: () => string[], scope: () => Scope, by: () => By | undefined = () => undefined) {
  return useQuery({
    queryKey: ['tally', metrics, scope, by],
    queryFn: () => getFigures(metrics(), scope(), by()),
    placeholderData: (before) => before,
  })
}

/** The scope of one row of a divided table. */
export function within(by: By, row: Row): Record<string, string | undefined> {
  const key = row.key || '-'
  switch (by) {
    case 'area': return { area: row.key, own: row.own ? '1' : undefined }
    case 'unit': return { unit: key }
    case 'category': return { category: key }
    case 'channel': return { channel: row.key }
  }
  return spanOf(by, row.key)
}

function spanOf(by: By, key: string): { since: string; until: string } {
  const first = new Date(`${key.length === 7 ? `${key}-01` : key}T00:00:00Z`)
  const after = new Date(first)
  if (by === 'month') after.setUTCMonth(after.getUTCMonth() + 1)
  else after.setUTCDate(after.getUTCDate() + (by === 'week' ? 7 : 1))
  return { since: first.toISOString().slice(0, 10), until: after.toISOString().slice(0, 10) }
}
