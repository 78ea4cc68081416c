import { computed, onBeforeUnmount, onMounted, shallowRef, watch } from 'vue'
import { connection } from '@/kit/http'
import { asProblem, type Problem } from '@/kit/problem'
import { me } from './me'
import { plain, type Proof } from './model'
import { arrived, waiting } from './outbox'
import { myRounds, type MyRound, type MyStop } from './roundsApi'
import { change, take } from './shelf'

interface Kept { user: string; at: string; items: MyRound[] }
export type Stop = MyStop & { queued?: Proof }
export type Round = Omit<MyRound, 'stops'> & { stops: Stop[] }

/** One's patrol tasks: from the server, else as they were read last; what waits on this phone to be sent stands at its place. */
export function useRounds() {
  const kept = shallowRef<Kept>()
  const problem = shallowRef<Problem>()
  let timer: ReturnType<typeof setInterval> | undefined
  const mine = computed(() => (kept.value?.user === me.value?.id ? kept.value : undefined))
  const proofs = computed(() => waiting.value.filter((one): one is Proof => one.kind === 'proof'))
  const tasks = computed(() => mine.value?.items.map((task): Round => {
    const stops = task.stops.map((stop): Stop => ({ ...stop, ...(stop.how ? {} : { queued: proofs.value.find((one) => one.task === task.id && one.point === stop.id) }) }))
    return { ...task, stops: [...stops].sort((a, b) => Number(!!(a.how || a.queued)) - Number(!!(b.how || b.queued))) }
  }))

  async function load(): Promise<void> {
    const user = me.value?.id
    if (!user) return
    if (!mine.value) kept.value = await take<Kept>('tasks', 'rounds')
    try {
      kept.value = { user, at: new Date().toISOString(), items: (await myRounds()).items }
      problem.value = undefined
      await change({ shelf: 'tasks', key: 'rounds', value: plain(kept.value) })
    } catch (error) { problem.value = asProblem(error) }
  }
  onMounted(() => { void load(); timer = setInterval(() => { if (!document.hidden) void load() }, 30_000) })
  onBeforeUnmount(() => clearInterval(timer))
  watch(() => arrived.value.length, () => void load())
  return { tasks, load, problem: computed(() => (mine.value && problem.value?.status !== 403 ? undefined : problem.value)), stale: computed(() => !!mine.value && (!!problem.value || !connection.online)), at: computed(() => mine.value?.at) }
}
