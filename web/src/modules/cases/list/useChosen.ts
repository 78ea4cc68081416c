import { computed, ref, watch } from 'vue'
import type { Case } from '@/api/types'

/** Which rows are ticked, where the cursor stands, and the keys that move it. */
export function useChosen(rows: () => Case[], opened: () => string, open: (id: string) => void) {
  const ids = ref(new Set<string>())
  const cursor = ref('')
  watch(rows, (now) => {
    const there = new Set(now.map((c) => c.id))
    if ([...ids.value].some((id) => !there.has(id))) ids.value = new Set([...ids.value].filter((id) => there.has(id)))
  })
  /** Where the cursor stood, for a row that left the list under it. */
  let place = 0
  const chosen = computed(() => rows().filter((c) => ids.value.has(c.id)))

  function tick(id: string): void {
    const next = new Set(ids.value)
    if (!next.delete(id)) next.add(id)
    ids.value = next
  }
  const all = (on: boolean) => { ids.value = new Set(on ? rows().map((c) => c.id) : []) }

  function step(by: number): void {
    const list = rows()
    if (!list.length) return
    const there = list.findIndex((c) => c.id === (cursor.value || opened()))
    const at = there >= 0 || !cursor.value ? there : place - (by > 0 ? 1 : 0)
    place = Math.min(list.length - 1, Math.max(0, at + by))
    const next = list[place]!
    cursor.value = next.id
    document.getElementById(`case-${next.id}`)?.scrollIntoView({ block: 'nearest' })
  }
  const at = () => cursor.value || opened()
  return { ids, cursor, chosen, tick, all, step, enter: () => { if (at()) open(at()) }, mark: () => { if (at()) tick(at()) } }
}
