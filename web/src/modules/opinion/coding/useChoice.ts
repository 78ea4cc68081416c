import { computed, ref, watch, type Ref } from 'vue'
import type { Card } from './api'

interface Field { code: string; name: string }

/** What is chosen for the card on the desk: fields, the comment in focus, and those left out. */
export function useChoice(card: Ref<Card | undefined>, fields: Ref<Field[]>) {
  const chosen = ref<string[]>([])
  const out = ref(new Set<string>())
  const focus = ref(0)
  let touched = false

  // What others made of the same matter comes first, then the suggestions, then the other fields: the first keys are the likely ones.
  const ordered = computed(() => {
    const hinted = (card.value?.fields ?? []).filter((s) => fields.value.some((f) => f.code === s.field))
    const rest = fields.value.filter((f) => !hinted.some((s) => s.field === f.code))
    return [
      ...hinted.map((s) => ({ code: s.field, name: fields.value.find((f) => f.code === s.field)?.name ?? s.field, confidence: s.confidence as number | undefined, why: s.why, leaf: s.leaf_name })),
      ...rest.map((f) => ({ code: f.code, name: f.name, confidence: undefined, why: [] as string[], leaf: undefined })),
    ]
  })

  watch(() => card.value?.comments[0]?.id, () => {
    const first = card.value?.decided_as || ordered.value.find((f) => f.confidence !== undefined)?.code
    chosen.value = first ? [first] : []
    out.value = new Set()
    focus.value = 0
    touched = false
  }, { immediate: true, flush: 'sync' })

  /** The first choice of another field replaces the suggestion; from then on fields are added and taken away, three at most. */
  function toggle(code: string): void {
    const replaces = !touched && !chosen.value.includes(code)
    touched = true
    if (replaces) chosen.value = [code]
    else chosen.value = chosen.value.includes(code) ? chosen.value.filter((f) => f !== code) : [...chosen.value, code].slice(0, 3)
  }

  function move(by: number): void {
    const n = card.value?.comments.length ?? 0
    if (n > 1) focus.value = (focus.value + by + n) % n
  }

  function leaveOut(index: number): void {
    const id = card.value?.comments[index]?.id
    if (!id || (card.value?.comments.length ?? 0) < 2) return
    const next = new Set(out.value)
    if (!next.delete(id)) next.add(id)
    out.value = next
    focus.value = index
  }

  return { ordered, chosen, out, focus, toggle, move, leaveOut }
}
