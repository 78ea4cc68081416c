import type { components } from '@/api/schema'
import type { Solid } from '@/api/types'
import { api, body } from '@/kit/http'

type Schemas = components['schemas']
export type Story = Solid<Schemas['RoundsStory']>

/** The grids, places and cases that belong to a track; part of the same look. */
export const trackStory = (officer: string, from: Date, to: Date, reason: string) =>
  body(api.GET('/api/v1/rounds/tracks/{officer}', { params: { path: { officer }, query: { from: from.toISOString(), to: to.toISOString(), reason } } })) as Promise<Story>

export const askTrackExport = (ask: { officer: string; from: string; to: string; format: 'gpx' | 'geojson'; purpose: string }) => body(api.POST('/api/v1/patrol/exports', { body: ask }))
