import type { Comment, Evidence, Field, Item, ItemDetail, Line, Loop, Page } from '@/api/types'
import { http } from '@/kit/http'

export interface ItemFilter { wave?: string; state?: string; field?: string; area?: string; unit?: string; overdue?: boolean; q?: string; limit?: number; cursor?: string }
export interface CommentFilter { wave?: string; state?: string; field?: string; area?: string; limit?: number; cursor?: string }
export interface ActionBody { version: number; note?: string; ground?: string; lead_unit?: string; measure?: string; promised_at?: string; result?: string; outcome?: string; reply?: string; photos?: string[] }
export interface ItemPlan { title: string; field: string; area_code: string; place?: string; lead_unit?: string; co_units?: string[] }

export const listItems = (filter: ItemFilter) => http.get<Page<Item>>('/api/v1/rectifications', { ...filter })
export const getItem = (id: string) => http.get<ItemDetail>(`/api/v1/rectifications/${id}`)
export const actOn = (id: string, action: string, body: ActionBody) => http.post<Item>(`/api/v1/rectifications/${id}/actions/${action}`, body)
export const getLoop = (wave: string) => http.get<Loop>('/api/v1/rectifications/loop', { wave })
export const summarise = (wave: string, by: 'field' | 'street' | 'unit') => http.get<{ items: Line[] }>('/api/v1/rectifications/summary', { wave, by })
export const amendItem = (id: string, body: ItemPlan & { version: number }) => http.patch<Item>(`/api/v1/rectifications/${id}`, body)
export const listFields = () => http.get<{ items: Field[] }>('/api/v1/rectification-fields')
export const listComments = (filter: CommentFilter) => http.get<Page<Comment>>('/api/v1/comments', { ...filter })
export const confirmComment = (id: string, body: { fields: string[]; version: number }) => http.post<Comment>(`/api/v1/comments/${id}/confirm`, body)
export const skipComment = (id: string, body: { praise: boolean; reason: string; version: number }) => http.post<Comment>(`/api/v1/comments/${id}/skip`, body)
export const undoComment = (id: string, body: { version: number }) => http.post<Comment>(`/api/v1/comments/${id}/undo`, body)
export const mergeComments = (body: ItemPlan & { comments: string[] }) => http.post<Item>('/api/v1/rectifications', body)
export const addToItem = (item: string, body: { comments: string[]; version: number }) => http.post<Item>(`/api/v1/rectifications/${item}/comments`, body)
export const photoAddress = (item: string, evidence: string) => `/api/v1/rectifications/${item}/evidence/${evidence}`

export function addEvidence(item: string, file: File, phase: 'before' | 'after', caption: string): Promise<Evidence> {
  const form = new FormData()
  form.set('photo', file)
  form.set('phase', phase)
  form.set('caption', caption)
  return http.post<Evidence>(`/api/v1/rectifications/${item}/evidence`, form)
}
