import { computed, ref } from 'vue'
import { asProblem, type Problem } from '@/kit/problem'
import { forget } from '@/kit/session'
import { act, addEvidence, getCase, register, uploadPhoto } from './api'
import { keptPhoto, photoStored } from './album'
import { connected, me } from './me'
import { plain, stillStands, type Case, type Item, type NewReport, type Sent, type Step } from './model'
import { sendProof } from './proof'
import { change, takeAll } from './shelf'

const all = ref<Item[]>([])
const arrivedAll = ref<Sent[]>([])

/** What has not arrived yet. It belongs to who made it and is sent under no other name. */
export const waiting = computed(() => all.value.filter((one) => one.user === me.value?.id))
export const troubled = computed(() => waiting.value.filter((one) => one.state === 'refused' || one.state === 'conflict'))
/** What arrived within the last day. */
export const arrived = computed(() => arrivedAll.value.filter((one) => one.user === me.value?.id && Date.now() - Date.parse(one.at) < 86_400_000))
export const lastContact = ref('')

const firstPause = 4_000
const longestPause = 5 * 60_000
let pause = firstPause
let timer: ReturnType<typeof setTimeout> | undefined

/** Keeps a piece of work on the device together with giving up the draft it came from, then tries to send it. */
export async function post(item: Item, draft?: string): Promise<void> {
  await change({ shelf: 'waiting', key: item.id, value: plain(item) }, ...(draft ? [{ shelf: 'draft' as const, key: draft }] : []))
  all.value = [...all.value.filter((one) => one.id !== item.id), plain(item)]
  void flush()
}

/** Takes a piece of work off the phone for good, photographs included. */
export async function discard(item: Item): Promise<void> {
  await change({ shelf: 'waiting', key: item.id }, ...item.shots.map(({ ref: key }) => ({ shelf: 'photos' as const, key })))
  all.value = all.value.filter((one) => one.id !== item.id)
}

/** Sends a piece of work again, changed by the officer after a conflict or a refusal. */
export const again = (item: Item): Promise<void> => post({ ...item, state: 'waiting', refusal: undefined, current: undefined })

/** Sends what waits, oldest first, one page at a time even when several are open. */
export async function flush(): Promise<void> {
  clearTimeout(timer)
  const work = async () => {
    all.value = (await takeAll<Item>('waiting')).sort((a, b) => a.at.localeCompare(b.at))
    arrivedAll.value = await takeAll<Sent>('sent')
    const due = waiting.value.filter((one) => one.state === 'waiting' || one.state === 'sending')
    if (!due.length) return
    if (!(await connected())) return plan()
    for (const item of due) if (!(await deliver(item))) return plan()
    pause = firstPause
  }
  await (navigator.locks ? navigator.locks.request('yiwang-officer', work) : work())
}

function plan(): void {
  timer = setTimeout(() => void flush(), pause)
  pause = Math.min(pause * 2, longestPause)
}

/** False when it is worth trying again later. */
async function deliver(item: Item): Promise<boolean> {
  show(item.id, { state: 'sending' })
  try {
    await arrive(item, item.kind === 'report' ? await sendReport(item) : item.kind === 'step' ? await sendStep(item) : await sendProof(item))
    return true
  } catch (error) {
    const problem = asProblem(error)
    if (isPassing(problem)) {
      if (problem.status === 401 || problem.status === 403) forget()
      show(item.id, { state: 'waiting' })
      return false
    }
    const left = all.value.find((one) => one.id === item.id) ?? item
    const current = problem.status === 409 && left.kind !== 'proof' ? await currentOf(left) : undefined
    const refused: Item = { ...left, state: current ? 'conflict' : 'refused', refusal: { code: problem.code, words: problem.message, fields: problem.fields.map((f) => f.location ?? '').filter(Boolean) }, ...(current ? { current } : {}) }
    await remember(refused)
    return true
  }
}

/** Photographs, the case, and what settled it: each step is remembered, so that an interruption repeats none. */
async function sendReport(item: NewReport): Promise<Case> {
  let reached = item.reached
  if (!reached) {
    const photos: string[] = []
    for (const shot of item.shots.filter((one) => one.phase !== 'after')) {
      const kept = await keptPhoto(shot.ref)
      if (!kept) continue
      const stored = kept.stored ?? (await uploadPhoto(kept.blob, shot))
      if (!kept.stored) await photoStored(kept, stored)
      photos.push(stored)
    }
    reached = await register({ ...item.body, photos }, item.id).catch(known)
    item = { ...item, reached: { id: reached.id, number: reached.number, version: reached.version } }
    await remember(item)
  }
  if (!item.settled) return getCase(reached.id)
  await sendShots(reached.id, item)
  return act(reached.id, 'self_handle', { version: (await getCase(reached.id)).version, result: 'resolved', outcome: item.settled.outcome }, `${item.id}-settle`)
}

/** A report that arrived although its answer did not: the server says under which number. */
function known(error: unknown): Case {
  const problem = asProblem(error)
  if (problem.code === 'cases.source_known' && problem.current) return problem.current as Case
  throw problem
}

async function sendStep(item: Step): Promise<Case> {
  await sendShots(item.case, item)
  try {
    return await act(item.case, item.action, { ...item.body, version: item.seen.version }, `${item.id}-${item.seen.version}`)
  } catch (error) {
    const problem = asProblem(error)
    const now = problem.code === 'cases.changed' ? (problem.current as { case: Case } | undefined)?.case : undefined
    if (!now || !stillStands(item.seen, now)) throw problem
    return act(item.case, item.action, { ...item.body, version: now.version }, `${item.id}-${now.version}`)
  }
}

async function sendShots(id: string, item: NewReport | Step): Promise<void> {
  for (const shot of item.shots.filter((one) => item.kind === 'step' || one.phase === 'after')) {
    const kept = await keptPhoto(shot.ref)
    if (!kept || kept.stored) continue
    await addEvidence(id, kept.blob, shot).catch(there)
    await photoStored(kept, 'evidence')
  }
}

/** A photograph that arrived although its answer did not. */
function there(error: unknown): void {
  if (asProblem(error).code !== 'cases.same_photo') throw error
}

async function arrive(item: Item, reached: Case | void): Promise<void> {
  const action = item.kind === 'step' ? item.action : item.kind === 'proof' ? 'proof' : item.settled ? 'self_handle' : 'report'
  const sent: Sent = { id: item.id, user: item.user, kind: item.kind, action, title: item.title, case: reached?.id ?? '', number: reached?.number ?? item.place, at: new Date().toISOString() }
  const photos = item.shots.map(({ ref: key }) => ({ shelf: 'photos' as const, key }))
  const old = arrivedAll.value.filter((one) => Date.now() - Date.parse(one.at) > 7 * 86_400_000).map(({ id: key }) => ({ shelf: 'sent' as const, key }))
  await change({ shelf: 'waiting', key: item.id }, { shelf: 'sent', key: item.id, value: sent }, ...photos, ...old)
  all.value = all.value.filter((one) => one.id !== item.id)
  arrivedAll.value = [...arrivedAll.value, sent]
  lastContact.value = sent.at
}

/** The case as it is now and what happened since the officer read it, for comparing; undefined if it cannot be read. */
async function currentOf(item: NewReport | Step): Promise<Item['current']> {
  const id = item.kind === 'step' ? item.case : item.reached?.id
  if (!id) return undefined
  try {
    const now = await getCase(id)
    const last = item.kind === 'step' ? (item.seen.last ?? '') : ''
    return { case: now, since: now.history.filter((h) => h.id > last && h.action !== 'photo').reverse() }
  } catch {
    return undefined
  }
}

async function remember(item: Item): Promise<void> {
  await change({ shelf: 'waiting', key: item.id, value: plain(item) })
  show(item.id, item)
}

const isPassing = (problem: Problem): boolean => problem.status <= 0 || problem.status >= 500 || [401, 408, 425, 429].includes(problem.status) || problem.code === 'identity.bad_csrf'

function show(id: string, now: Partial<Item>): void {
  all.value = all.value.map((one) => (one.id === id ? ({ ...one, ...now } as Item) : one))
}

/** Begins to watch the network: what waited in an earlier visit goes out without anybody asking. */
export function startOutbox(): void {
  const soon = () => { pause = firstPause; void flush() }
  addEventListener('online', soon)
  document.addEventListener('visibilitychange', () => { if (!document.hidden && waiting.value.length) soon() })
  void flush()
}
