import { ref } from 'vue'
import { asProblem, type Problem } from '@/kit/problem'
import { submit } from './api'
import { localRefs, uploaded } from './album'
import type { Sent, Submission, Waiting } from './model'
import { change, take, takeAll } from './shelf'

/** Finished answer sheets that have not arrived yet, as the pages show them. */
export const waiting = ref<Waiting[]>([])
/** What arrived since the page was opened. */
export const arrived = ref<Sent[]>([])

const firstPause = 4_000
const longestPause = 5 * 60_000
let pause = firstPause
let timer: ReturnType<typeof setTimeout> | undefined

/** Puts an answer sheet into the outbox and takes the draft away, both or neither; then tries to send. */
export async function post(key: string, name: string, body: Submission): Promise<void> {
  const item: Waiting = { id: body.submission_id, key, name, body, state: 'waiting' }
  await change({ shelf: 'waiting', key: item.id, value: JSON.parse(JSON.stringify(item)) }, { shelf: 'drafts', key })
  waiting.value = [...waiting.value.filter((one) => one.id !== item.id), item]
  await flush()
}

/** Takes a refused answer sheet out again, to be mended or thrown away. */
export async function withdraw(id: string): Promise<void> {
  await change({ shelf: 'waiting', key: id })
  waiting.value = waiting.value.filter((one) => one.id !== id)
}

/** Sends what waits, one page at a time even when several are open. */
export async function flush(): Promise<void> {
  clearTimeout(timer)
  const work = async () => {
    await look()
    for (const item of waiting.value.filter((one) => one.state !== 'refused')) if (!(await deliver(item))) return plan()
    pause = firstPause
  }
  await (navigator.locks ? navigator.locks.request('yiwang-answers', work) : work())
}

/** Reads the outbox again. What another page or the worker delivered meanwhile has arrived here too. */
async function look(): Promise<void> {
  const before = waiting.value
  waiting.value = await takeAll<Waiting>('waiting')
  for (const gone of before.filter((one) => !waiting.value.some((item) => item.id === one.id))) {
    const sent = await take<Sent>('sent', gone.key)
    if (sent?.id === gone.id) arrived.value = [...arrived.value, sent]
  }
}

function plan(): void {
  askWorker()
  timer = setTimeout(() => void flush(), pause)
  pause = Math.min(pause * 2, longestPause)
}

/** Where the browser can, the worker sends once there is a network, even with every page closed (apps/public/sw.js). */
function askWorker(): void {
  type Syncing = ServiceWorkerRegistration & { sync?: { register(tag: string): Promise<void> } }
  void navigator.serviceWorker?.getRegistration().then((worker) => (worker as Syncing | undefined)?.sync?.register('yiwang-answers')).catch(() => undefined)
}

/** False when it is worth trying again later. */
async function deliver(item: Waiting): Promise<boolean> {
  show(item, { state: 'sending' })
  try {
    const answers = await uploaded(item.body.answers, item.body.token)
    const { receipt } = await submit({ ...item.body, answers })
    const sent: Sent = { id: item.id, key: item.key, name: item.name, receipt, at: new Date().toISOString() }
    const photos = localRefs(item.body.answers).map((ref) => ({ shelf: 'photos' as const, key: ref }))
    await change({ shelf: 'waiting', key: item.id }, { shelf: 'sent', key: item.key, value: sent }, ...photos)
    waiting.value = waiting.value.filter((one) => one.id !== item.id)
    arrived.value = [...arrived.value, sent]
    return true
  } catch (error) {
    const problem = asProblem(error)
    if (isPassing(problem)) {
      show(item, { state: 'waiting' })
      return false
    }
    const refused: Waiting = { ...item, state: 'refused', refusal: refusalOf(problem) }
    await change({ shelf: 'waiting', key: item.id, value: JSON.parse(JSON.stringify(refused)) })
    show(item, refused)
    return true
  }
}

const isPassing = (problem: Problem): boolean => problem.status <= 0 || problem.status >= 500 || [401, 403, 408, 425, 429].includes(problem.status)

const refusalOf = (problem: Problem) => ({
  code: problem.code, words: problem.message,
  questions: problem.fields.map((field) => /answers\.([^.[]+)/.exec(field.location ?? '')?.[1] ?? '').filter(Boolean),
})

function show(item: Waiting, now: Partial<Waiting>): void {
  waiting.value = waiting.value.map((one) => (one.id === item.id ? { ...one, ...now } : one))
}

/** Begins to watch the network: what waited in an earlier visit goes out without anybody asking. */
export function startOutbox(): void {
  const again = () => { pause = firstPause; void flush() }
  addEventListener('online', again)
  document.addEventListener('visibilitychange', () => { if (!document.hidden && waiting.value.length) again() })
  void flush()
}
