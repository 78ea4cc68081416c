import { reactive, watch } from 'vue'
import { peopleOnDuty, type OnShift } from './api'

/** Who the people of a list are, asked for as many at once as are shown, kept while the page is open. */
export function useCards(shown: () => string[]) {
  const cards = reactive(new Map<string, OnShift>())
  const asked = new Map<string, number>() // when
  let busy = false
  async function ask(): Promise<void> {
    if (busy) return
    const now = Date.now()
    const wanted = shown().filter((id) => now - (asked.get(id) ?? 0) > 120_000).slice(0, 100)
    if (!wanted.length) return
    busy = true
    for (const id of wanted) asked.set(id, now)
    try {
      for (const card of (await peopleOnDuty(wanted)).items ?? []) cards.set(card.id, card)
    } catch {
      for (const id of wanted) asked.set(id, now - 110_000) // the names of the stream stay; asked again in ten seconds
    }
    busy = false
    void ask()
  }
  watch(shown, () => void ask(), { immediate: true })
  return cards
}
