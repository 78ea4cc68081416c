import type { components } from '@/api/schema'
import type { Page, Solid } from '@/api/types'
import { api, body, set } from '@/kit/http'

export type Fence = Solid<components['schemas']['Fence']>
export type Definition = components['schemas']['FenceDefinition']
export type FenceEvent = Solid<components['schemas']['FenceEvent']>

export const listFences = () => body(api.GET('/api/v1/fences')) as Promise<Page<Fence>>
export const drawFence = (definition: Definition) => body(api.POST('/api/v1/fences', { body: definition }))
export const changeFence = (id: string, version: number, definition: Definition, active: boolean) => body(api.PUT('/api/v1/fences/{id}', { params: { path: { id } }, body: { version, active, definition } }))
export const listEvents = (area: string | undefined, cursor?: string): Promise<Page<FenceEvent>> => body(api.GET('/api/v1/fences/events', { params: { query: set({ area, cursor, limit: 50 }) } })) as Promise<Page<FenceEvent>>
