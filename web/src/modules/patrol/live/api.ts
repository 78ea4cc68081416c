import type { components } from '@/api/schema'
import type { Solid } from '@/api/types'
import { api, body, set } from '@/kit/http'

type Schemas = components['schemas']
export type OnShift = Solid<Schemas['PatrolOnShift']>
export type Beat = Solid<Schemas['PatrolPoliceGrid']>
export type CasePicture = Solid<Schemas['CasesPicture']>
export interface Edges { west: number; south: number; east: number; north: number; zoom: number }
export interface CaseWish { theme?: string; open?: boolean; lamp?: 'overdue' | 'warned'; since?: string }

const edge = ({ west, south, east, north }: Edges) => ({ west, south, east, north })

export const peopleOnDuty = (ids: string[]) => body(api.GET('/api/v1/patrol/people', { params: { query: { ids } } }))
export const showPhone = (id: string, reason: string) => body(api.POST('/api/v1/patrol/people/{id}/phone', { params: { path: { id } }, body: { reason } }))
export const portraitOf = (id: string, name: string): string => `/api/v1/patrol/people/${encodeURIComponent(id)}/portrait?v=${name}`
export const policeBeats = (within: string) => body(api.GET('/api/v1/patrol/police', { params: { query: { within } } }))
export const listThemes = () => body(api.GET('/api/v1/wall/themes'))

export const casesIn = (wish: CaseWish, edges: Edges) => body(api.GET('/api/v1/case-map', { params: { query: { ...set({ ...wish }), ...edges } as never } }))
export const alarmsIn = (edges: Edges, area?: string) => body(api.GET('/api/v1/alarms', { params: { query: set({ state: 'active', area, ...edge(edges), limit: 200 }) as never } }))
export const camerasIn = (edges: Edges, area?: string) => body(api.GET('/api/v1/cameras', { params: { query: set({ area, ...edge(edges), limit: 200 }) as never } }))
export const sensorsIn = (edges: Edges, area?: string) => body(api.GET('/api/v1/sensors/map', { params: { query: set({ area, ...edge(edges) }) as never } }))
