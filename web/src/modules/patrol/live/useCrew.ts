import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import { asProblem, type Problem } from '@/kit/problem'
import { positions } from '../api'
import type { Dot } from '../dots'
import type { LiveSpot } from '../liveFrame'
import { useLive } from '../useLive'

/** Somebody on duty as the list shows it; `slot` is the dot on the map. */
export interface Member { slot: number; id: string; name: string; area: string; place: string; at: number; lat: number; lon: number; sos: boolean; silent: boolean; busy: boolean; battery?: number; speed?: number; accuracy?: number }
export type Sort = '' | 'sos' | 'silent' | 'busy' | 'weak'

const paint = 1_000 // the list is written anew at most so often
const instead = 5_000 // asked so often where no stream comes through
/** Silent for longer than this, somebody is out of contact. */
export const silentAfter = 5 * 60_000
/** Below this share of its battery a phone will soon be silent. */
export const weakBelow = 20

/**
 * Everybody on duty whom the caller may see: `dots` as the stream tells them, `people` for lists at most once a second, calls for help first,
 * then the silent, then in the order in which they came on duty. Where a network lets no stream through, positions are asked for every five seconds.
 */
export function useCrew(calling: () => Set<string>) {
  const live = useLive()
  const people = shallowRef<Member[]>([])
  const beat = ref(0) // counts what changed on the map
  const problem = shallowRef<Problem>()
  const loaded = ref(false)
  const asked = ref(false) // the stream did not come, these were asked for
  const slots = new Map<string, number>() // of people who were asked for
  let paintedAt = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function member(s: LiveSpot): Member | undefined {
    const p = live.store.people.get(s.slot)
    if (!p) return undefined
    const at = s.at - live.store.ahead
    return { slot: s.slot, id: p.id, name: p.name, area: p.area, place: live.store.grids.get(s.grid) ?? '', at, lat: s.lat, lon: s.lon, sos: s.sos || calling().has(p.id), silent: Date.now() - at > silentAfter, busy: s.busy, battery: s.battery, speed: s.speed, accuracy: s.accuracy }
  }
  function sorted(list: Member[]): Member[] {
    const urgent = list.filter((m) => m.sos)
    const silent = list.filter((m) => !m.sos && m.silent).sort((a, b) => a.at - b.at)
    return [...urgent, ...silent, ...list.filter((m) => !m.sos && !m.silent)]
  }
  function write(): void {
    clearTimeout(timer)
    const wait = paintedAt + paint - Date.now()
    if (wait > 0) { timer = setTimeout(write, wait); return }
    paintedAt = Date.now()
    people.value = sorted([...live.store.by.values()].flatMap((s) => member(s) ?? []))
    problem.value = undefined
    asked.value = false
    loaded.value = true
  }
  async function ask(): Promise<void> {
    if (live.open.value || document.hidden) return
    try {
      const { items } = await positions(0)
      if (live.open.value) return
      people.value = sorted((items ?? []).map((p) => {
        const slot = slots.get(p.officer_id) ?? slots.set(p.officer_id, 1e9 + slots.size).get(p.officer_id)!
        return { slot, id: p.officer_id, name: p.name, area: p.area_code, place: p.place ?? '', at: Date.parse(p.at), lat: p.lat, lon: p.lon, sos: p.sos || calling().has(p.officer_id), silent: p.age * 1000 > silentAfter, busy: false, battery: p.battery, speed: p.speed, accuracy: p.accuracy }
      }))
      asked.value = loaded.value = true
      problem.value = undefined
    } catch (error) {
      problem.value = asProblem(error)
    }
    beat.value++
  }
  watch(live.beat, () => { beat.value++; write() })
  watch(calling, () => { if (loaded.value) write() }) // before the first frame nobody is known, which is not nobody on duty
  const spare = setInterval(() => void ask(), instead)
  onScopeDispose(() => { clearTimeout(timer); clearInterval(spare) })

  /** The dots of now: grey the silent, red who calls for help, orange who works on a case. */
  function dots(hidden: boolean): Dot[] {
    const help = calling()
    if (asked.value) return people.value.flatMap((m) => (hidden && !m.sos ? [] : [{ id: m.slot, lat: m.lat, lon: m.lon, tone: m.sos ? 2 : m.silent ? 1 : 0, size: m.sos ? 8 : 5 }]))
    const quiet = Date.now() + live.store.ahead - silentAfter
    const out: Dot[] = []
    for (const s of live.store.by.values()) {
      const sos = s.sos || (help.size > 0 && help.has(live.store.people.get(s.slot)?.id ?? ''))
      if (hidden && !sos) continue
      out.push({ id: s.slot, lat: s.lat, lon: s.lon, tone: sos ? 2 : s.at < quiet ? 1 : s.busy ? 4 : 0, size: sos ? 8 : 5 })
    }
    return out
  }
  const counts = computed(() => {
    const n = { sos: 0, silent: 0, busy: 0, weak: 0 }
    for (const m of people.value) { if (m.sos) n.sos++; if (m.silent) n.silent++; if (m.busy) n.busy++; if (m.battery !== undefined && m.battery < weakBelow) n.weak++ }
    return n
  })
  return { people, beat, counts, dots, problem, loaded, asked, open: live.open, heardAt: live.heardAt, ask }
}
