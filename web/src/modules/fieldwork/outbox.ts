import { computed, ref } from 'vue'
import { asProblem, type Problem } from '@/kit/problem'
import { session } from '@/kit/session'
import { reportAttempt, sendInterview, type Interview, type NewAttempt } from './api'
import { put, takeAll } from './shelf'

/** An attempt or an interview that has not arrived yet. It belongs to who made it and is sent under no other name. */
export type Waiting = { id: string; user: string; name: string; refusal?: string } & ({ kind: 'attempt'; body: NewAttempt } | { kind: 'interview'; body: Interview })

const all = ref<Waiting[]>([])
const me = () => session.value?.user.id ?? ''
export const waiting = computed(() => all.value.filter((one) => one.user === me()))
/** Counts what arrived since the page was opened, so that lists know to read again. */
export const arrivals = ref(0)
let timer: ReturnType<typeof setTimeout> | undefined
let pause = 4_000

/** Keeps a piece of work on the device, then tries to send it. */
export async function post(item: Waiting): Promise<void> {
  await put('waiting', item.id, item)
  all.value = [...all.value.filter((one) => one.id !== item.id), item]
  await flush()
}

export async function discard(id: string): Promise<void> {
  await put('waiting', id)
  all.value = all.value.filter((one) => one.id !== id)
}

/** Sends what waits, oldest first, one page at a time even when several are open. */
export async function flush(): Promise<void> {
  clearTimeout(timer)
  const work = async () => {
    all.value = await takeAll<Waiting>('waiting')
    for (const item of waiting.value) {
      if (!item.refusal && !(await deliver(item))) {
        timer = setTimeout(() => void flush(), pause)
        pause = Math.min(pause * 2, 300_000)
        return
      }
    }
    pause = 4_000
  }
  await (navigator.locks ? navigator.locks.request('yiwang-fieldwork', work) : work())
}

async function deliver(item: Waiting): Promise<boolean> {
  try {
    await (item.kind === 'attempt' ? reportAttempt(item.body) : sendInterview(item.body))
    await discard(item.id)
    arrivals.value++
    return true
  } catch (error) {
    const problem = asProblem(error)
    if (passing(problem)) return false
    const refused = { ...item, refusal: problem.message }
    await put('waiting', item.id, refused)
    all.value = all.value.map((one) => (one.id === item.id ? refused : one))
    return true
  }
}

const passing = (p: Problem): boolean => p.status <= 0 || p.status >= 500 || [401, 403, 408, 425, 429].includes(p.status)

/** Goes on with what waited from an earlier visit, and whenever the network comes back. */
export function watchNetwork(): () => void {
  const again = () => { pause = 4_000; void flush() }
  addEventListener('online', again)
  void flush()
  return () => removeEventListener('online', again)
}
