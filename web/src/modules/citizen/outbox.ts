import { ref } from 'vue'
import { asProblem, type Problem } from '@/kit/problem'
import { sendReport, uploadPhoto } from './api'
import { plain, type Kept, type KeptPhoto, type Waiting } from './model'
import { change, take, takeAll } from './shelf'

/** Finished reports that have not arrived yet. */
export const waiting = ref<Waiting[]>([])
/** Reports of this device that arrived, newest first. */
export const kept = ref<Kept[]>([])

const firstPause = 4_000
const longestPause = 5 * 60_000
let pause = firstPause
let timer: ReturnType<typeof setTimeout> | undefined

/** Puts a report into the outbox and takes the draft away, both or neither; then tries to send. */
export async function post(item: Waiting): Promise<void> {
  await change({ shelf: 'waiting', key: item.id, value: plain(item) }, { shelf: 'draft', key: 'draft' })
  waiting.value = [...waiting.value.filter((one) => one.id !== item.id), item]
  await flush()
}

/** Takes a report out again, to be thrown away or changed; its photographs stay for the draft that follows. */
export async function withdraw(item: Waiting): Promise<void> {
  await change({ shelf: 'waiting', key: item.id })
  waiting.value = waiting.value.filter((one) => one.id !== item.id)
}

/** Remembers a report by its code on this device. */
export async function keep(one: Kept): Promise<void> {
  await change({ shelf: 'kept', key: one.id, value: plain(one) })
  kept.value = [one, ...kept.value.filter((other) => other.id !== one.id)]
}

/** Lets this device forget a report; whoever holds the code can still follow it. */
export async function forget(one: Kept): Promise<void> {
  await change({ shelf: 'kept', key: one.id })
  kept.value = kept.value.filter((other) => other.id !== one.id)
}

/** Sends what waits, one page at a time even when several are open. */
export async function flush(): Promise<void> {
  clearTimeout(timer)
  const work = async () => {
    waiting.value = (await takeAll<Waiting>('waiting')).sort((a, b) => a.at.localeCompare(b.at))
    kept.value = (await takeAll<Kept>('kept')).sort((a, b) => b.at.localeCompare(a.at))
    for (const item of waiting.value.filter((one) => one.state !== 'refused')) {
      if (await deliver(item)) continue
      timer = setTimeout(() => void flush(), pause)
      pause = Math.min(pause * 2, longestPause)
      return
    }
    pause = firstPause
  }
  await (navigator.locks ? navigator.locks.request('yiwang-reports', work) : work())
}

/** False when it is worth trying again later. */
async function deliver(item: Waiting): Promise<boolean> {
  show(item.id, { state: 'sending' })
  try {
    const photos = await stored(item.photos)
    const receipt = await sendReport({ ...item.body, ...(photos.length ? { photos } : {}) })
    const one: Kept = { id: item.id, number: receipt.number, code: receipt.code, title: item.title, at: item.at, ...(receipt.expected_at ? { expected_at: receipt.expected_at } : {}) }
    await change({ shelf: 'waiting', key: item.id }, { shelf: 'kept', key: one.id, value: one }, ...item.photos.map((key) => ({ shelf: 'photos' as const, key })))
    waiting.value = waiting.value.filter((other) => other.id !== item.id)
    kept.value = [one, ...kept.value]
    return true
  } catch (error) {
    const problem = asProblem(error)
    if (isPassing(problem)) {
      show(item.id, { state: 'waiting' })
      return false
    }
    const refused: Waiting = { ...item, state: 'refused', refusal: { code: problem.code, words: problem.message } }
    await change({ shelf: 'waiting', key: item.id, value: plain(refused) })
    show(item.id, refused)
    return true
  }
}

/** Every photograph uploaded; what an earlier attempt uploaded is not sent again. */
async function stored(refs: string[]): Promise<string[]> {
  const out: string[] = []
  for (const key of refs) {
    const photo = await take<KeptPhoto>('photos', key)
    if (!photo) continue
    const there = photo.stored ?? (await uploadPhoto(photo.blob))
    if (!photo.stored) await change({ shelf: 'photos', key, value: { ...photo, stored: there } })
    out.push(there)
  }
  return out
}

const isPassing = (problem: Problem): boolean => problem.status <= 0 || problem.status >= 500 || [408, 425, 429].includes(problem.status)

function show(id: string, now: Partial<Waiting>): void {
  waiting.value = waiting.value.map((one) => (one.id === id ? { ...one, ...now } : one))
}

/** Begins to watch the network: what waited in an earlier visit goes out without anybody asking. */
export function startReports(): void {
  const again = () => { pause = firstPause; void flush() }
  addEventListener('online', again)
  document.addEventListener('visibilitychange', () => { if (!document.hidden && waiting.value.length) again() })
  void flush()
}
