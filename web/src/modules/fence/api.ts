import type { components } from '@/api/schema'
import type { Page, Solid } from '@/api/types'
import { api, body, set } from '@/kit/http'

export type Fence = Solid<components['schemas']['Fence']>
export type Definition = components['schemas']['FenceDefinition']
export type FenceEvent = Solid<components['schemas']['FenceEvent']>
export type WatchedPerson = components['schemas']['FencePerson']
export type Imported = Solid<components['schemas']['FenceImported']>
export interface EventFilter { area?: string; fence?: string; kind?: FenceEvent['kind']; late?: boolean }

export const listFences = () => body(api.GET('/api/v1/fences')) as Promise<Page<Fence>>
export const drawFence = (definition: Definition) => body(api.POST('/api/v1/fences', { body: definition }))
export const changeFence = (id: string, version: number, definition: Definition, active: boolean) => body(api.PUT('/api/v1/fences/{id}', { params: { path: { id } }, body: { version, active, definition } }))
export const listEvents = (filter: EventFilter, cursor?: string): Promise<Page<FenceEvent>> => body(api.GET('/api/v1/fences/events', { params: { query: set({ ...filter, cursor, limit: 50 }) } })) as Promise<Page<FenceEvent>>
export const watchable = (area: string, words: string, ids?: string[]) => body(api.GET('/api/v1/fences/people', { params: { query: set({ area: area || undefined, words: words || undefined, ids }) } }))
export const importFences = (file: unknown, scope: string, dry: boolean) => body(api.POST('/api/v1/fences/imports', { body: { file, scope, dry } })) as Promise<Page<Imported>>
export const exportAddress = '/api/v1/fences/export'
