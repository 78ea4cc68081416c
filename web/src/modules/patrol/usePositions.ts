import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import { asProblem, type Problem } from '@/kit/problem'
import { positions, type Shown } from './api'
import { useLive } from './useLive'

const paint = 1_000 // the list is written anew at most so often
const instead = 5_000 // asked so often where no stream comes through

/** Everybody on duty whom the caller may see, as the position stream tells; where a network lets no stream through, asked every five seconds. Nothing moves while the page is hidden. */
export function usePositions() {
  const live = useLive()
  const by = shallowRef<Shown[]>([])
  const problem = shallowRef<Problem>()
  const loaded = ref(false)
  const at = ref(Date.now()) // when the ages were last reckoned
  let paintedAt = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function write(): void {
    clearTimeout(timer)
    const wait = paintedAt + paint - Date.now()
    if (wait > 0) { timer = setTimeout(write, wait); return }
    paintedAt = at.value = Date.now()
    by.value = [...live.store.by.values()].flatMap((s) => {
      const person = live.store.people.get(s.slot)
      return person ? [{ officer_id: person.id, name: person.name, unit_id: person.unit, area_code: person.area, place: live.store.grids.get(s.grid), at: new Date(s.at - live.store.ahead).toISOString(),
        lat: s.lat, lon: s.lon, speed: s.speed, heading: s.heading, accuracy: s.accuracy, battery: s.battery, sos: s.sos, age: Math.max(0, Math.round((at.value + live.store.ahead - s.at) / 1000)) } as Shown] : []
    })
    problem.value = undefined
    loaded.value = true
  }
  async function ask(): Promise<void> {
    if (live.open.value || document.hidden) return
    try {
      by.value = (await positions(0)).items
      problem.value = undefined
      loaded.value = true
    } catch (error) {
      problem.value = asProblem(error)
    }
    at.value = Date.now()
  }
  watch(live.beat, write)
  const spare = setInterval(() => void ask(), instead)
  onScopeDispose(() => { clearTimeout(timer); clearInterval(spare) })

  /** Calls for help first, then who has been silent longest. */
  const people = computed(() => [...by.value].sort((a, b) => Number(b.sos) - Number(a.sos) || a.at.localeCompare(b.at)))
  return { people, problem, loaded, at, ask }
}

/** Silent for longer than this, somebody is out of contact. */
export const silentAfter = 5 * 60_000
