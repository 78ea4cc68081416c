import { onScopeDispose, ref } from 'vue'
import { queryClient } from './query'
import { session } from './session'
import { SharedLine } from './sharedLine'
import type { Tell } from './streamLine'

/** A case that was registered or moved, as far as lists need it. */
export interface CaseMoved { case_id: string; number: string; title: string; action: string; from: string; to: string; at: string; category: string; area_code: string; level: string; holder: string; lead_unit?: string; urgent?: boolean; version: number }
/** A step of a whistle or of one of its calls: ask for it again. */
export interface WhistleMoved { whistle_id: string; action: string; state: string; call_id?: string }
/** A clock that turned amber, orange or red. */
export interface ClockTurned { case_id: string; number: string; kind: string; phase: string; level: string; unit_id: string; due_at: string }
/** An alarm that was raised, acknowledged or cleared; without a place or a name. */
export interface AlarmTurned { id: string; source: string; kind: string; severity: 'critical' | 'major' | 'minor' | 'warning' | 'info'; area_code: string; what: 'raised' | 'acknowledged' | 'cleared'; late: boolean }
/** A call of this person, or at the centre of an area, that changed: ask how it stands. */
export interface CallChanged { call_id: string; state: string; version: number }
/** Somebody's time on duty began or ended; the phone of whose it is stops giving its position. */
export interface DutyTurned { session: string; officer: string; on: boolean; ended_by: string; note: string }
/** A call for help that was raised, answered or ended: ask for it. */
export interface SosTurned { id: string; officer: string; state: string }
interface Events { alarm: AlarmTurned; duty: DutyTurned; sos: SosTurned; call: CallChanged; case: CaseMoved; clock: ClockTurned; whistle: WhistleMoved; reload: Record<string, never> }
type Heard = { [K in keyof Events]?: (event: Events[K]) => void }

/** Whether the stream is open; pages may say 实时 or 已断开. */
export const following = ref(false)

const heard = new Set<Heard>()
let line: SharedLine | undefined
let lineOf = ''
let lastInput = Date.now()
/** The line was left by this page or broke, and whatever happened since then was told to nobody here. */
let gap = false
/** How many listeners must hear with the page in the background, and with nobody touching it: who carries the phone in a pocket. */
let hidden = 0
let always = 0
const rests = () => document.hidden && !hidden && !always
/** Nobody at the desk: the session is to run out as if no page were open. */
const idle = 20 * 60_000

const tell: Tell = (name, data) => {
  if (name === 'alive') return
  if (name === 'lost' || name === 'broken') {
    following.value = false
    gap ||= name === 'broken' && heard.size > 0
    return
  }
  if (name !== 'hello') return spread(name, JSON.parse(data) as Events[typeof name])
  following.value = true
  if (!gap) return
  gap = false
  spread('reload', {})
}

function spread<K extends keyof Events>(name: K, event: Events[K]): void {
  for (const listener of heard) listener[name]?.(event)
}

function openStream(): void {
  if (!heard.size || rests() || !session.value || typeof EventSource === 'undefined') return
  const who = session.value.user.id
  if (lineOf !== who) {
    closeStream()
    line = new SharedLine(who, tell)
    lineOf = who
  }
  line!.begin()
}

function closeStream(): void {
  line?.end()
}

function wake(): void {
  lastInput = Date.now()
  if (!following.value) openStream()
}

if (typeof document !== 'undefined') {
  for (const name of ['pointerdown', 'keydown', 'visibilitychange', 'pageshow']) addEventListener(name, wake, { passive: true, capture: true })
  addEventListener('pagehide', closeStream)
  setInterval(() => {
    if (!session.value || rests() || Date.now() - lastInput > idle && !always) closeStream()
    else openStream()
  }, 30_000)
}

/**
 * Follows what happens to the cases the signed-in person sees, as long as the calling component lives. One connection
 * serves every page, and every tab of the browser; it rests while the page is hidden or nobody is there, and says reload after a gap. `stay` keeps it:
 * hidden while the page is in the background, always also when nobody touches it.
 */
export function useStream(listener: Heard, stay?: 'hidden' | 'always'): void {
  heard.add(listener)
  if (stay === 'hidden') hidden++
  if (stay === 'always') always++
  openStream()
  onScopeDispose(() => {
    heard.delete(listener)
    if (stay === 'hidden') hidden--
    if (stay === 'always') always--
    if (!heard.size) closeStream()
  })
}

/** Asks for the queries with these first keys again, at most every two seconds. */
function refreshing(keys: string[]): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  onScopeDispose(() => clearTimeout(timer))
  return () => {
    timer ??= setTimeout(() => {
      timer = undefined
      for (const key of keys) void queryClient.invalidateQueries({ queryKey: [key] })
    }, 2000)
  }
}

/** Asks for the queries with these first keys again when a case moves. */
export function useFreshCases(keys: string[], wanted: (event: CaseMoved) => boolean = () => true): void {
  const refresh = refreshing(keys)
  useStream({ case: (event) => wanted(event) && refresh(), clock: refresh, reload: refresh })
}

/** Asks for the queries with these first keys again when a whistle moves. */
export function useFreshWhistles(keys: string[], wanted: (event: WhistleMoved) => boolean = () => true): void {
  const refresh = refreshing(keys)
  useStream({ whistle: (event) => wanted(event) && refresh(), reload: refresh })
}
