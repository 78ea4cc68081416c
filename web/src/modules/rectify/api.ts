import type { components } from '@/api/schema'
import type { Item } from '@/api/types'
import { api, body, formOf, set } from '@/kit/http'

type Schemas = components['schemas']
export interface ItemFilter { wave?: string; state?: Item['state'][]; field?: string; area?: string; unit?: string; overdue?: boolean; todo?: boolean; set?: string; list?: string; place?: string; q?: string; limit?: number; cursor?: string }
export interface CommentFilter { wave?: string; state?: 'open' | 'confirmed' | 'skipped' | 'praise'; field?: string; area?: string; free?: boolean; q?: string; limit?: number; cursor?: string }
export type ActionBody = Schemas['RectifyMove']
export type ItemPlan = Omit<Schemas['RectifyMerger'], 'comments' | '$schema'>
const path = (id: string) => ({ params: { path: { id } } })

export const listItems = (filter: ItemFilter) => body(api.GET('/api/v1/rectifications', { params: { query: set(filter) } }))
export const getItem = (id: string) => body(api.GET('/api/v1/rectifications/{id}', path(id)))
export const actOn = (id: string, action: string, move: ActionBody) => body(api.POST('/api/v1/rectifications/{id}/actions/{action}', { params: { path: { id, action } }, body: move }))
export const amendItem = (id: string, change: ItemPlan & { version: number }) => body(api.PATCH('/api/v1/rectifications/{id}', { ...path(id), body: change }))
export const getLoop = (wave: string) => body(api.GET('/api/v1/rectifications/loop', { params: { query: { wave } } }))
export const summarise = (wave: string, by: 'field' | 'street' | 'unit') => body(api.GET('/api/v1/rectifications/summary', { params: { query: { wave, by } } }))
export const listFields = () => body(api.GET('/api/v1/rectification-fields'))

export const listComments = (filter: CommentFilter) => body(api.GET('/api/v1/comments', { params: { query: set(filter) } }))
export const loadComments = (wave: string) => body(api.POST('/api/v1/waves/{id}/comments/load', path(wave)))
export const mergeComments = (merger: Schemas['RectifyMerger']) => body(api.POST('/api/v1/rectifications', { body: merger }))
export const addToItem = (item: string, members: Schemas['RectifyMembers']) => body(api.POST('/api/v1/rectifications/{id}/comments', { ...path(item), body: members }))

export const photoAddress = (item: string, photo: string) => `/api/v1/rectifications/${item}/evidence/${photo}`
export const addEvidence = (item: string, photo: File, phase: 'before' | 'after', caption: string) =>
  body(api.POST('/api/v1/rectifications/{id}/evidence', { ...path(item), ...formOf({ photo, phase, caption }) }))
