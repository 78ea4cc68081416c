import type { components } from '@/api/schema'
import type { Solid } from '@/api/types'
import { api, body, set, withQuery } from '@/kit/http'

type Schemas = components['schemas']
export type ReverseList = Solid<Schemas['RectifyReverseList']>
export type ListDetail = Solid<Schemas['RectifyListDetail']>
export type ListEdition = Solid<Schemas['RectifyListEdition']>
export type ListChange = Schemas['RectifyListChange']
export type ListLine = Solid<Schemas['RectifyListLine']>
export type Receipt = Solid<Schemas['RectifyReceipt']>
export type Weaknesses = Solid<Schemas['RectifyWeaknesses']>
export type Weakness = Solid<Schemas['RectifyWeakness']>
export type WeakBy = 'field' | 'unit' | 'street' | 'community' | 'group'
export type SummaryBy = 'field' | 'street' | 'unit' | 'place'
const path = (id: string) => ({ params: { path: { id } } })

export const listLists = (filter: { wave?: string; state?: ReverseList['state']; todo?: boolean; limit?: number; cursor?: string }) =>
  body(api.GET('/api/v1/reverse-lists', { params: { query: set(filter) } }))
export const getList = (id: string) => body(api.GET('/api/v1/reverse-lists/{id}', path(id)))
export const getEdition = (id: string, edition: number) => body(api.GET('/api/v1/reverse-lists/{id}/editions/{edition}', { params: { path: { id, edition } } }))
export const draftList = (draft: Schemas['RectifyNewList']) => body(api.POST('/api/v1/reverse-lists', { body: draft }))
export const amendList = (id: string, change: Schemas['RectifyListAmendment']) => body(api.PATCH('/api/v1/reverse-lists/{id}', { ...path(id), body: change }))
export const submitList = (id: string, note: string, version: number) => body(api.POST('/api/v1/reverse-lists/{id}/submit', { ...path(id), body: { note, version } }))
export const dropList = (id: string, version: number) => body(api.POST('/api/v1/reverse-lists/{id}/drop', { ...path(id), body: { version } }))
export const decideList = (id: string, decision: Schemas['RectifyListDecision']) => body(api.POST('/api/v1/reverse-lists/{id}/decision', { ...path(id), body: decision }))
export const correctList = (id: string, correction: Schemas['RectifyCorrection']) => body(api.POST('/api/v1/reverse-lists/{id}/corrections', { ...path(id), body: correction }))
export const issueList = (id: string, version: number) => body(api.POST('/api/v1/reverse-lists/{id}/issue', { ...path(id), body: { version } }))
export const remindList = (id: string) => body(api.POST('/api/v1/reverse-lists/{id}/remind', path(id)))
export const signReceipt = (id: string, receipt: string, signature: Schemas['RectifySignature']) =>
  body(api.POST('/api/v1/reverse-lists/{id}/receipts/{receipt}/sign', { params: { path: { id, receipt } }, body: signature }))
export const listFile = (id: string, format: 'xlsx' | 'docx' | 'html') => withQuery(`/api/v1/reverse-lists/${id}/file`, { format })
export const askExport = (id: string, ask: Schemas['RectifyNewListExport']) => body(api.POST('/api/v1/reverse-lists/{id}/exports', { ...path(id), body: ask }))

export const getWeakest = (wave: string, by: WeakBy, area?: string, field?: string) =>
  body(api.GET('/api/v1/rectifications/weakest', { params: { query: set({ wave, by, area, field }) } }))
export const summariseItems = (query: { wave: string; by: SummaryBy; list?: string; area?: string }) =>
  body(api.GET('/api/v1/rectifications/summary', { params: { query: set(query) } }))
