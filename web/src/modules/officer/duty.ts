import { computed, effectScope, ref, shallowRef, watch } from 'vue'
import { connection } from '@/kit/http'
import { asProblem, type Problem } from '@/kit/problem'
import { newId } from '@/kit/newId'
import { useStream, type DutyTurned } from '@/kit/useStream'
import { metresBetween } from '@/modules/cases/distance'
import { endDuty, getDuty, openDuty, sendPoints, type DutySession, type Fix, type Tracker } from './dutyApi'
import { connected, me, may } from './me'
import { heardTime, takenAt, timeThere } from './phoneClock'
import { change, take, takeAll } from './shelf'
import { calling } from './sos'

/**
 * On duty: the position is watched, kept on this phone until it has arrived, and sent. Off duty nothing is watched; what
 * was not sent yet still goes out, since it was taken on duty.
 */
interface Kept { id: string; user: string; fix: Fix }

export const running = shallowRef<DutySession | null>(null)
export const known = ref(false) // whether the server has said if somebody is on duty
export const unsent = ref(0)
export const fault = shallowRef<Problem>()
export const blind = ref(false) // the phone gives no position
export const lastFix = shallowRef<Fix>()
export const stopped = ref('') // why the centre ended the session
export const keepDays = ref(30)
export const trackers = shallowRef<Tracker[]>([]) // apps and devices that send for this person
export const onDuty = computed(() => running.value?.kind === 'duty')

const everySeconds = 10
const everyMetres = 20
const atOnce = 500
const justBefore = 10_000 // a position this much older than the session is where duty began; an older one is nobody's business
const quiet = 60_000 // a phone that lies still may tell nothing new: it is asked so often
let watching: number | undefined
let asking: ReturnType<typeof setInterval> | undefined
let sending: Promise<void> | undefined

/** What this phone remembers of duty, then what the server says; a session that runs goes on after the page was closed. */
export async function recallDuty(): Promise<void> {
  if (!me.value || !may('patrol.duty')) return
  running.value = (await take<DutySession>('duty', me.value.id)) ?? null
  unsent.value = (await mine()).length
  if (running.value) follow()
  try {
    if (!(await connected())) return
    if (await take<boolean>('duty', leaving())) await leave()
    const now = await getDuty()
    heardTime(connection.servedAt)
    calling.value = now.sos
    trackers.value = now.trackers ?? []
    keepDays.value = now.running?.keep_days ?? now.ended?.[0]?.keep_days ?? 30
    await settle(now.running ?? null)
    known.value = true
    void send()
  } catch (error) {
    fault.value = asProblem(error)
  }
}

/** Goes on duty; the phone asks for the position if it has not been allowed yet. */
export async function begin(): Promise<void> {
  fault.value = undefined
  stopped.value = ''
  try {
    const session = await openDuty()
    heardTime(connection.servedAt)
    await settle(session)
  } catch (error) {
    const problem = asProblem(error)
    if (problem.code === 'patrol.on_duty') await settle((await getDuty()).running ?? null)
    else fault.value = problem
  }
}

/** Goes off duty: watching ends at once, with or without a network; the server is told as soon as it can be. */
export async function end(): Promise<void> {
  const user = me.value?.id
  if (!user) return
  stop()
  running.value = null
  fault.value = undefined
  await change({ shelf: 'duty', key: user }, { shelf: 'duty', key: leaving(), value: true })
  try {
    await send()
    await leave()
  } catch (error) {
    fault.value = asProblem(error)
  }
}

async function leave(): Promise<void> {
  try {
    await endDuty()
  } catch (error) {
    if (asProblem(error).code !== 'patrol.off_duty') throw error
  }
  await change({ shelf: 'duty', key: leaving() })
}

const leaving = () => `${me.value?.id ?? ''} leaves`

async function settle(session: DutySession | null): Promise<void> {
  running.value = session
  await change({ shelf: 'duty', key: me.value!.id, value: session ? JSON.parse(JSON.stringify(session)) : undefined })
  if (session) follow()
  else stop()
}

function follow(): void {
  if (watching !== undefined || !('geolocation' in navigator)) return
  watching = navigator.geolocation.watchPosition((found) => void keep(found), () => { blind.value = true }, { enableHighAccuracy: true, maximumAge: 5_000 })
  asking = setInterval(() => {
    if (timeThere() - Date.parse(lastFix.value?.at ?? '1970-01-01') >= quiet) navigator.geolocation.getCurrentPosition((found) => void keep(found), () => undefined, { enableHighAccuracy: true, timeout: quiet / 2 })
  }, quiet)
}

function stop(): void {
  if (watching !== undefined) navigator.geolocation.clearWatch(watching)
  clearInterval(asking)
  watching = undefined
  lastFix.value = undefined
}

async function keep({ coords, timestamp: stamp }: GeolocationPosition): Promise<void> {
  blind.value = false
  const user = me.value?.id
  if (!running.value || !user) return
  if (Date.parse(running.value.until_at) < timeThere()) return settle(null)
  const timestamp = takenAt(stamp)
  const on = Date.parse(running.value.on_at)
  if (timestamp < on - justBefore) return
  const at = Math.max(timestamp, on)
  const last = lastFix.value
  const seconds = last ? (at - Date.parse(last.at)) / 1000 : Infinity
  if (seconds < everySeconds && !(seconds >= 3 && metresBetween(last!.lat, last!.lon, coords.latitude, coords.longitude) >= everyMetres)) return
  const fix: Fix = { at: new Date(at).toISOString(), lat: round(coords.latitude), lon: round(coords.longitude), accuracy: Math.round(coords.accuracy),
    ...(coords.speed !== null && coords.speed >= 0 ? { speed: coords.speed } : {}), ...(coords.heading !== null && coords.heading >= 0 ? { heading: coords.heading } : {}) }
  lastFix.value = fix
  const one: Kept = { id: newId(), user, fix }
  await change({ shelf: 'fixes', key: one.id, value: one })
  unsent.value++
  void send().catch(() => undefined)
}

const round = (degrees: number) => Math.round(degrees * 1e6) / 1e6
const mine = async () => (await takeAll<Kept>('fixes')).filter((one) => one.user === me.value?.id)

/** Sends what waits, newest first so that the live picture recovers before the history; one call at a time. */
export function send(): Promise<void> {
  return (sending ??= work().finally(() => { sending = undefined }))
}

async function work(): Promise<void> {
  for (let left = await mine(); left.length && connection.online; left = await mine()) {
    unsent.value = left.length
    if (!(await connected())) return
    const batch = left.sort((a, b) => b.fix.at.localeCompare(a.fix.at)).slice(0, atOnce)
    const receipt = await sendPoints(batch.map((one) => one.fix))
    heardTime(connection.servedAt)
    await change(...batch.map(({ id: key }) => ({ shelf: 'fixes' as const, key })))
    unsent.value = left.length - batch.length
    if (!receipt.on_duty && running.value) await settle(null) // ended by its time or by the centre
  }
}

/** Begins to watch the network: what waited goes out without anybody asking. Who signs out is followed no further. */
export function startDuty(): void {
  watch(me, (now) => {
    if (now) return void recallDuty()
    stop()
    running.value = null
  }, { immediate: true })
  addEventListener('online', () => void recallDuty())
  effectScope(true).run(() => useStream({ duty: (event) => void heard(event), sos: (event) => { if (event.officer === me.value?.id) void recallDuty() }, reload: () => void recallDuty() }, 'always'))
}

/** The session was ended elsewhere: watching stops at once, not only when the next position is refused. */
async function heard(event: DutyTurned): Promise<void> {
  if (event.officer !== me.value?.id || event.on || running.value?.id !== event.session) return
  await settle(null)
  if (event.ended_by === 'centre') stopped.value = event.note
}
