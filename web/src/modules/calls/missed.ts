import { shallowRef } from 'vue'
import { api, body } from '@/kit/http'

/** Calls that this person did not answer and has not been told of yet, newest first. */
export interface MissedCall { id: string; title: string; call: string; at: string }
export const missed = shallowRef<MissedCall[]>([])
let timer: ReturnType<typeof setTimeout> | undefined

export async function askMissed(): Promise<void> {
  try {
    const unread = await body(api.GET('/api/v1/notices', { params: { query: { limit: 50, unread: true } } }))
    missed.value = unread.items.filter((one) => one.kind === 'calls.missed').map((one) => ({ id: one.id, title: one.title, call: /call=([^&]+)/.exec(one.link ?? '')?.[1] ?? '', at: one.at }))
  } catch { /* the list of calls says it too */ }
}

/** A ring went away: the notice is written soon after the call has ended, later on a busy server. */
export function askMissedSoon(waits = [1_500, 5_000, 15_000]): void {
  clearTimeout(timer)
  const known = missed.value.length
  timer = setTimeout(() => void askMissed().then(() => { if (missed.value.length === known && waits.length > 1) askMissedSoon(waits.slice(1)) }), waits[0])
}

/** The person has seen them. */
export async function readMissed(): Promise<void> {
  const seen = missed.value
  missed.value = []
  for (const { id } of seen) try { await body(api.POST('/api/v1/notices/{id}/read', { params: { path: { id } } })) } catch { /* it comes again */ }
}
