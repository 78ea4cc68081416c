import type { components } from '@/api/schema'
import type { Solid } from '@/api/types'
import { api, body } from '@/kit/http'

type Schemas = components['schemas']
export type Story = Solid<Schemas['RoundsStory']>
export type TrackExport = Solid<Schemas['PatrolExport']>

/** The grids, places and cases that belong to a track; part of the same look. */
export const trackStory = (officer: string, from: Date, to: Date, reason: string) =>
  body(api.GET('/api/v1/rounds/tracks/{officer}', { params: { path: { officer }, query: { from: from.toISOString(), to: to.toISOString(), reason } } })) as Promise<Story>

export const trackExports = () => body(api.GET('/api/v1/patrol/exports'))
export const askTrackExport = (ask: { officer: string; from: string; to: string; format: 'gpx' | 'geojson'; purpose: string }) => body(api.POST('/api/v1/patrol/exports', { body: ask }))
export const decideTrackExport = (id: string, version: number, approve: boolean, answer: string) =>
  body(api.POST('/api/v1/patrol/exports/{id}/decision', { params: { path: { id } }, body: { version, approve, answer } }))
export const withdrawTrackExport = (id: string) => body(api.DELETE('/api/v1/patrol/exports/{id}', { params: { path: { id } } }))
export const trackExportFile = (id: string) => `/api/v1/patrol/exports/${id}/file`
