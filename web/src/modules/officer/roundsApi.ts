import type { components } from '@/api/schema'
import type { Page, Solid } from '@/api/types'
import { api, body, send } from '@/kit/http'
import type { Position } from './model'

export type MyRound = Solid<components['schemas']['RoundsDetail']>
export type MyStop = Solid<components['schemas']['RoundsStop']>

export const myRounds = () => body(api.GET('/api/v1/rounds/mine')) as Promise<Page<MyRound>>
export const cannotReach = (task: string, point: string, note: string) => body(api.POST('/api/v1/rounds/mine/{id}/points/{point}/none', { params: { path: { id: task, point } }, body: { note } })) as Promise<MyRound>

/** A photograph taken on the spot, with the place of the phone. */
export async function photographStop(task: string, point: string, photo: Blob, where: Position): Promise<MyRound> {
  const form = new FormData()
  form.append('photo', photo, 'photo.jpg')
  form.append('lat', String(where.lat))
  form.append('lon', String(where.lon))
  const path = `/api/v1/rounds/mine/${encodeURIComponent(task)}/points/${encodeURIComponent(point)}/photo`
  return (await (await send(new Request(new URL(path, location.origin), { method: 'POST', body: form }))).json()) as MyRound
}
