import type { HideArea, PageTexts } from '@/api/types'
import { actOn } from '../api'
import { api, body, set } from '@/kit/http'

const one = (id: string) => ({ params: { path: { id } } })

export interface FeedbackFilter { state?: 'pending' | 'shown' | 'hidden'; wave?: string; item?: string; unsolved?: boolean; cursor?: string }

export const getPage = (id: string) => body(api.GET('/api/v1/rectifications/{id}/page', one(id)))
export const writePage = (id: string, texts: PageTexts, version: number) => body(api.PUT('/api/v1/rectifications/{id}/page', { ...one(id), body: { ...texts, version } }))
export const decideShot = (id: string, evidence: string, choice: { version: number; shown: boolean; areas: HideArea[]; caption?: string }) =>
  body(api.PUT('/api/v1/rectifications/{id}/page/photos/{evidence}', { params: { path: { id, evidence } }, body: choice }))
export const submitPage = (id: string, version: number) => body(api.POST('/api/v1/rectifications/{id}/page/submit', { ...one(id), body: { version } }))
export const takeBackPage = (id: string, note: string, version: number) => body(api.POST('/api/v1/rectifications/{id}/page/take-back', { ...one(id), body: { note, version } }))
export const publishPage = (id: string, version: number, page: number) => actOn(id, 'publish', { version, page_version: page })
export const retractPage = (id: string, version: number, note: string) => actOn(id, 'retract', { version, note })

export const listFeedback = (filter: FeedbackFilter) => body(api.GET('/api/v1/rectification-feedback', { params: { query: set({ limit: 50, ...filter }) } }))
export const judgeFeedback = (id: string, judgement: { version: number; show: boolean; ground?: string; words?: string }) =>
  body(api.POST('/api/v1/rectification-feedback/{id}/judge', { ...one(id), body: judgement }))

export const shotAddress = (item: string, shot: string) => `/api/v1/rectifications/${item}/page/photos/${shot}`
