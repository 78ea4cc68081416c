import { computed, onBeforeUnmount, onMounted, ref, shallowRef } from 'vue'
import { asProblem, type Problem } from '@/kit/problem'
import { positions, type Shown } from './api'

const every = 2_000

/** Everybody on duty whom the caller may see, asked every two seconds for what changed; nothing is asked while the page is hidden. */
export function usePositions() {
  const by = shallowRef(new Map<string, Shown>())
  const problem = shallowRef<Problem>()
  const loaded = ref(false)
  const at = ref(Date.now()) // when the ages were last reckoned
  let change = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let ended = false

  async function ask(): Promise<void> {
    clearTimeout(timer)
    try {
      const answer = await positions(change)
      if (answer.change < change) { change = 0; by.value = new Map(); return again(0) } // the server began anew
      const next = new Map(by.value)
      for (const gone of answer.gone) next.delete(gone)
      for (const one of answer.items) next.set(one.officer_id, one)
      change = answer.change
      by.value = next
      problem.value = undefined
      loaded.value = true
    } catch (error) {
      problem.value = asProblem(error)
    }
    at.value = Date.now()
    again(every)
  }
  const again = (after: number) => { if (!ended && !document.hidden) timer = setTimeout(() => void ask(), after) }
  const wake = () => { if (!document.hidden) void ask() }
  onMounted(() => { void ask(); document.addEventListener('visibilitychange', wake) })
  onBeforeUnmount(() => { ended = true; clearTimeout(timer); document.removeEventListener('visibilitychange', wake) })

  /** Calls for help first, then who has been silent longest. */
  const people = computed(() => [...by.value.values()].sort((a, b) => Number(b.sos) - Number(a.sos) || a.at.localeCompare(b.at)))
  return { people, problem, loaded, at, ask }
}

/** Silent for longer than this, somebody is out of contact. */
export const silentAfter = 5 * 60_000
