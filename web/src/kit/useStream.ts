import { onScopeDispose, ref } from 'vue'
import { queryClient } from './query'
import { session } from './session'

/** A case that was registered or moved, as far as lists need it. */
export interface CaseMoved { case_id: string; number: string; title: string; action: string; from: string; to: string; at: string; category: string; area_code: string; level: string; holder: string; lead_unit?: string; urgent?: boolean; version: number }
/** A clock that turned amber, orange or red. */
export interface ClockTurned { case_id: string; number: string; kind: string; phase: string; level: string; unit_id: string; due_at: string }
/** An alarm that was raised, acknowledged or cleared; without a place or a name. */
export interface AlarmTurned { id: string; source: string; kind: string; severity: 'critical' | 'major' | 'minor' | 'warning' | 'info'; area_code: string; what: 'raised' | 'acknowledged' | 'cleared'; late: boolean }
interface Events { alarm: AlarmTurned; case: CaseMoved; clock: ClockTurned; reload: Record<string, never> }
type Heard = { [K in keyof Events]?: (event: Events[K]) => void }

/** Whether the stream is open; pages may say 实时 or 已断开. */
export const following = ref(false)

const heard = new Set<Heard>()
let source: EventSource | null = null
let lastInput = Date.now()
/** Nobody at the desk: the session is to run out as if no page were open. */
const idle = 20 * 60_000

function tell<K extends keyof Events>(name: K, event: MessageEvent<string>): void {
  const data = JSON.parse(event.data) as Events[K]
  for (const listener of heard) listener[name]?.(data)
}

function openStream(): void {
  if (source || !heard.size || document.hidden || !session.value || typeof EventSource === 'undefined') return
  source = new EventSource('/api/v1/stream')
  source.addEventListener('hello', () => (following.value = true))
  for (const name of ['case', 'clock', 'alarm', 'reload'] as const) source.addEventListener(name, (event) => tell(name, event as MessageEvent<string>))
  source.onerror = () => {
    following.value = false
    if (source?.readyState === EventSource.CLOSED) closeStream() // refused: the next wake-up tries again
  }
}

function closeStream(): void {
  source?.close()
  source = null
  following.value = false
}

function wake(): void {
  const away = Date.now() - lastInput > idle
  lastInput = Date.now()
  if (!source && heard.size && !document.hidden) {
    openStream()
    if (away) for (const listener of heard) listener.reload?.({})
  }
}

if (typeof document !== 'undefined') {
  for (const name of ['pointerdown', 'keydown', 'visibilitychange']) addEventListener(name, wake, { passive: true, capture: true })
  setInterval(() => {
    if (document.hidden || Date.now() - lastInput > idle) closeStream()
    else openStream()
  }, 30_000)
}

/**
 * Follows what happens to the cases the signed-in person sees, as long as the calling component lives. One connection
 * serves every page; it rests while the page is hidden or nobody is there, and says reload after a gap.
 */
export function useStream(listener: Heard): void {
  heard.add(listener)
  openStream()
  onScopeDispose(() => {
    heard.delete(listener)
    if (!heard.size) closeStream()
  })
}

/** Asks for the queries with these first keys again when a case moves, at most every two seconds. */
export function useFreshCases(keys: string[], wanted: (event: CaseMoved) => boolean = () => true): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const refresh = () => {
    timer ??= setTimeout(() => {
      timer = undefined
      for (const key of keys) void queryClient.invalidateQueries({ queryKey: [key] })
    }, 2000)
  }
  useStream({ case: (event) => wanted(event) && refresh(), clock: refresh, reload: refresh })
  onScopeDispose(() => clearTimeout(timer))
}
