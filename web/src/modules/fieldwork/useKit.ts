import { computed, ref, shallowRef } from 'vue'
import { asProblem, type Problem } from '@/kit/problem'
import { session } from '@/kit/session'
import { getKit, type Errand, type Kit } from './api'
import { put, takeAll } from './shelf'
import { waiting } from './outbox'

interface Kept { user: string; at: number; kit: Kit }
const keep = 7 * 86_400_000
const kept = shallowRef<Kept>()

/** The interviewer's addresses and questionnaires: from the server, else what was taken along. Somebody else's are thrown away. */
export function useKit() {
  const problem = shallowRef<Problem>()
  const loading = ref(false)
  const stale = ref(false)
  const kit = computed(() => (kept.value?.user === session.value?.user.id ? kept.value?.kit : undefined))

  async function load(): Promise<void> {
    loading.value = true
    const user = session.value?.user.id ?? ''
    const found = (await takeAll<Kept>('kit')).find((one) => one.user === user && Date.now() - one.at < keep)
    if (found) kept.value = found
    else await put('kit', 'kit')
    try {
      kept.value = { user, at: Date.now(), kit: await getKit() }
      await put('kit', 'kit', kept.value)
      problem.value = undefined
      stale.value = false
    } catch (error) {
      const p = asProblem(error)
      if (p.status === 401 || p.status === 403) { kept.value = undefined; await put('kit', 'kit') }
      problem.value = kit.value ? undefined : p
      stale.value = !!kit.value
    }
    loading.value = false
  }

  /** An address as it stands with what waits on the device counted in. */
  const errands = computed(() => (kit.value?.errands ?? []).map((e) => {
    const mine = waiting.value.filter((w) => w.body.invitation_id === e.invitation_id && !w.refusal)
    const last = mine.at(-1)
    const final = mine.some((w) => w.kind === 'interview' || kit.value!.outcomes.find((o) => o.code === (w.body as { outcome: string }).outcome)?.final)
    return { ...e, pending: mine.length, attempts: e.attempts + mine.length, closed: e.closed || final, outcome: last ? (last.kind === 'interview' ? '1.1' : last.body.outcome) : e.outcome }
  }))
  const open = computed(() => errands.value.filter((e) => !e.closed).sort(byUrgency))
  const closed = computed(() => errands.value.filter((e) => e.closed))
  const find = (id: string) => errands.value.find((e) => e.invitation_id === id)
  const questionnaireFor = (e: Errand) => kit.value?.questionnaires.find((q) => q.wave.id === e.wave_id && q.group === e.group)
  return { kit, problem, loading, stale, open, closed, find, questionnaireFor, load }
}

/** Appointments first, then by community and number, as one walks. */
function byUrgency(a: Errand, b: Errand): number {
  const at = (e: Errand) => (e.next_at ? Date.parse(e.next_at) : Infinity)
  if (at(a) !== at(b)) return at(a) - at(b)
  return a.community.localeCompare(b.community) || a.place - b.place
}
