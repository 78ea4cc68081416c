import { useQuery } from '@tanstack/vue-query'
import { computed, ref, watch, type Ref } from 'vue'
import type { Card } from './api'
import { listLeaves } from './api'

/** The event leaf of the card on the desk: as suggested for the main field until another is chosen. `choosing` is on while keys name leaves instead of fields. */
export function useLeaf(card: Ref<Card | undefined>, chosen: Ref<string[]>) {
  const query = useQuery({ queryKey: ['opinion', 'leaves'], queryFn: listLeaves, staleTime: Infinity })
  const main = computed(() => chosen.value[0] ?? '')
  const leaves = computed(() => (query.data.value?.items ?? []).filter((l) => l.field === main.value))
  const suggested = computed(() => card.value?.fields.find((s) => s.field === main.value)?.leaf ?? '')
  const picked = ref('')
  const choosing = ref(false)
  const leaf = computed(() => picked.value || suggested.value)
  watch([main, () => card.value?.comments[0]?.id], () => { picked.value = ''; choosing.value = false }, { flush: 'sync' })

  function pick(code: string): void {
    picked.value = code
    choosing.value = false
  }
  const pickNth = (n: number) => { const l = leaves.value[n]; if (l) pick(l.code) }
  const toggle = () => { choosing.value = !choosing.value && leaves.value.length > 0 }
  const nameOf = (code: string) => query.data.value?.items.find((l) => l.code === code)?.name ?? ''
  return { leaves, leaf, picked, choosing, pick, pickNth, toggle, nameOf }
}
