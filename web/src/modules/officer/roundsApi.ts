import type { components } from '@/api/schema'
import type { Page, Solid } from '@/api/types'
import { api, body, send } from '@/kit/http'
import type { Position } from './model'

export type MyRound = Solid<components['schemas']['RoundsDetail']>
export type MyStop = Solid<components['schemas']['RoundsStop']>

export const myRounds = () => body(api.GET('/api/v1/rounds/mine')) as Promise<Page<MyRound>>
const path = (task: string, point: string, what: string) => `/api/v1/rounds/mine/${encodeURIComponent(task)}/points/${encodeURIComponent(point)}/${what}`

/** Sends why a place cannot be reached, as found at an instant. */
export const cannotReach = (task: string, point: string, note: string, at: string) => api.POST('/api/v1/rounds/mine/{id}/points/{point}/none', { params: { path: { id: task, point } }, body: { note, at } })

/** Sends a photograph taken on the spot, with the place of the phone and the instant. */
export async function photographStop(task: string, point: string, photo: Blob, where: Position, at: string): Promise<void> {
  const form = new FormData()
  form.append('photo', photo, 'photo.jpg')
  form.append('lat', String(where.lat))
  form.append('lon', String(where.lon))
  form.append('at', at)
  await send(new Request(new URL(path(task, point, 'photo'), location.origin), { method: 'POST', body: form }))
}
