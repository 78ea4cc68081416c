import type { components } from '@/api/schema'
import { api, body, send, set } from '@/kit/http'
import { readTrack, type TrackPoint } from './track'

export type Shown = components['schemas']['PatrolShown']
export type DutySession = components['schemas']['PatrolSession']

export const positions = (since: number) => body(api.GET('/api/v1/patrol/positions', { params: { query: { since } } }))
export const sessionsOf = (officer: string, from: string, to: string) =>
  body(api.GET('/api/v1/patrol/sessions', { params: { query: set({ officer, from, to, limit: 50 }) as { from: string; to: string } } }))
export const endSession = (id: string, reason: string) => body(api.POST('/api/v1/patrol/sessions/{id}/end', { params: { path: { id } }, body: { reason } }))

/** The track of an officer; the reason is kept, and the officer sees it. */
export async function track(officer: string, from: Date, to: Date, reason: string): Promise<TrackPoint[]> {
  const address = new URL(`/api/v1/patrol/tracks/${encodeURIComponent(officer)}`, location.origin)
  address.search = new URLSearchParams({ from: from.toISOString(), to: to.toISOString(), reason }).toString()
  const answer = await send(new Request(address))
  return readTrack(new Uint8Array(await answer.arrayBuffer())).filter((p) => p.at >= from.getTime() && p.at < to.getTime())
}
