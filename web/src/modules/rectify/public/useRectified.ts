import { useQuery } from '@tanstack/vue-query'
import { computed, ref } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import type { PublicItem } from '@/api/types'
import { t } from '@/kit/i18n'
import { usePages } from '@/kit/usePages'
import { publicCounts, publicIndex, publicItems, type PublicFilter } from '../publicApi'

/** The public list with its filters; period, street and field stand in the address, so a link shows the same. */
export function useRectified(street: () => string | undefined) {
  const route = useRoute()
  const router = useRouter()
  const tab = ref<'done' | 'cannot'>('done')
  const words = ref('')
  const asked = computed(() => String(route.query.wave ?? ''))
  const field = computed(() => String(route.query.field ?? ''))
  const index = useQuery({ queryKey: ['public', 'index', asked, street], queryFn: () => publicIndex({ wave: asked.value, street: street() }) })
  const wave = computed(() => asked.value || index.data.value?.waves[0]?.code || '')
  const filter = computed<PublicFilter>(() => ({ wave: wave.value, street: street(), field: field.value, q: words.value }))
  const known = () => !!asked.value || !!index.data.value
  const counts = useQuery({ queryKey: ['public', 'counts', filter], queryFn: () => publicCounts({ ...filter.value, q: '' }), enabled: known })
  const { query, items } = usePages<PublicItem>(['public', 'items', filter, tab], (cursor) => publicItems({ ...filter.value, kind: tab.value, cursor }), known)
  const place = computed(() => index.data.value?.streets.find((s) => s.code === street())?.name ?? (street() ? items.value[0]?.area_name : undefined) ?? t('全区'))
  const back = computed(() => (street() ? `/streets/${street()}` : '/') + (wave.value ? `?wave=${wave.value}` : ''))

  function choose(next: { wave?: string; street?: string; field?: string }): void {
    const to = { wave: wave.value, street: street() ?? '', field: field.value, ...next }
    void router.replace({ path: to.street ? `/rectified/${to.street}` : '/rectified', query: { ...(to.wave ? { wave: to.wave } : {}), ...(to.field ? { field: to.field } : {}) } })
  }
  const search = (now: string) => { words.value = now }
  return { tab, counts, query, items, index, filter, place, back, choose, search }
}
