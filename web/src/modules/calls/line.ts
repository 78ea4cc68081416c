import { computed, shallowRef, watch } from 'vue'
import { asProblem, type Problem } from '@/kit/problem'
import { session } from '@/kit/session'
import { act, beginCall, currentCall, type Call, type CallAction, type NewCall, type Party, type Said } from './api'
import { device } from './device'
import { hangUp, join, show } from './peer'
import { keepAwake } from './awake'
import { hearAgain } from './ears'
import { askMissedSoon } from './missed'
import { hideRing, showRing } from './notify'
import { startRinging, stopRinging } from './ring'
import { cameraWas, close, look as lookWith, mutedWas, open, own, without } from './senses'

/** The telephone of this page: what rings, the call one is in, the one that just ended. The server's word is followed, never guessed. */
export const call = shallowRef<Call | null>(null)
export const rings = shallowRef<Call[]>([])
export const ended = shallowRef<Call | null>(null)
export const problem = shallowRef<Problem>()
/** Centre calls that this person let ring for the others. */
const quiet = shallowRef(new Set<string>())

const myself = () => session.value?.user.id ?? ''
export const partyOf = (one: Call | null): Party | undefined => one?.parties.find((p) => p.user_id === myself())
export const othersOf = (one: Call): Party[] => one.parties.filter((p) => p.user_id !== myself())
/** Whether this page carries the call, or another of the same person. */
export const here = computed(() => partyOf(call.value)?.device === device)
export const incoming = computed(() => rings.value.find((one) => !quiet.value.has(one.id)) ?? null)
/** Somebody wants to record and I have not answered. */
export const asksToRecord = computed(() => !!call.value?.record_from && !call.value.record_to && !partyOf(call.value)?.consent && here.value)
export const recorded = computed(() => !!call.value?.record_from && !call.value.record_to)
/** At which place of the connection somebody appears. */
export const placeOf = (one: Call, party: Party): number => (party.seat > (partyOf(one)?.seat ?? 0) ? party.seat - 1 : party.seat)

let rear = false
/** Officers show what is before them, desks themselves. */
export const useRearCamera = (yes: boolean): void => { rear = yes }

/** Answers that come late say how things stood: only that to the newest question counts. */
let asked = 0

/** Asks the server how things stand. */
export async function ask(): Promise<void> {
  if (!session.value?.permissions.includes('calls.call')) return
  const mine = ++asked
  try {
    const now = await currentCall()
    if (mine !== asked) return
    const was = call.value
    if (was && now.call?.id !== was.id) ended.value = { ...was, state: 'ended' }
    if (now.call) ended.value = null
    call.value = now.call ?? null
    rings.value = now.rings
    problem.value = undefined
    if (was && !now.call) await sayWhy(was.id)
  } catch (error) {
    if (mine === asked) problem.value = asProblem(error)
  }
}

async function sayWhy(id: string): Promise<void> {
  const { getCall } = await import('./api')
  try { ended.value = await getCall(id) } catch { /* it ended; why is in the list */ }
}

watch([call, here], async ([now, mine]) => {
  keepAwake(!!now && mine)
  if (!now || !mine) { hangUp(); hearAgain(); return close() }
  if (!own.value && !without.value) await open(cameraWas() ?? !partyOf(now)?.voice_only, rear, mutedWas()) // the page was loaded anew in between
  if (call.value?.id === now.id) await join(now.id)
})
watch([incoming, call], ([ringing, now]) => {
  const waiting = now?.state === 'ringing' && here.value
  if (!ringing && !waiting || ringing && now) stopRinging()
  else startRinging(!waiting)
})
watch(incoming, (ringing, was) => {
  if (was && was.id !== ringing?.id) { void hideRing(was.id); askMissedSoon() }
  if (ringing) void showRing(ringing)
})

/** Calls somebody, or the centre. */
export async function begin(wish: Omit<NewCall, 'device'>): Promise<void> {
  ended.value = null
  problem.value = undefined
  await open(wish.kind === 'video', rear)
  try {
    const made = await beginCall({ ...wish, device })
    asked++
    if (made.state === 'ended') { ended.value = made; close() } else call.value = made
  } catch (error) {
    problem.value = asProblem(error)
    close()
  }
}

/** Answers what rings. */
export async function answer(one: Call, video: boolean): Promise<void> {
  stopRinging()
  await open(video, rear)
  await step(one, 'accept', { device, voice: !video })
  if (call.value?.id !== one.id) close()
}

/** Does something in a call and follows what it became. */
export async function step(one: Call, action: CallAction, said: Said = {}): Promise<void> {
  try {
    await act(one.id, action, said)
    problem.value = undefined
    await ask()
  } catch (error) {
    await ask()
    problem.value = asProblem(error)
  }
}

/**
 * Takes the call over from another page of the same person, with the microphone off: whether it was muted there is not known here, and
 * what was muted must not speak by itself.
 */
export async function bringHere(one: Call): Promise<void> {
  await open(!partyOf(one)?.voice_only, rear, true)
  await step(one, 'move', { device })
}

export async function turnCamera(on: boolean, turned = false): Promise<void> { await show(await lookWith(on, turned)) }
export const letRing = (one: Call): void => { quiet.value = new Set([...quiet.value, one.id]); stopRinging() }
export const forget = (): void => { ended.value = null; problem.value = undefined }
