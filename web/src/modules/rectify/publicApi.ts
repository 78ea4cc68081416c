import { api, body, set, withQuery } from '@/kit/http'

export interface PublicFilter { wave?: string; street?: string; field?: string; kind?: 'done' | 'cannot'; q?: string; limit?: number; cursor?: string }

const path = '/api/v1/public/rectifications'
const one = (id: string) => ({ params: { path: { id } } })

export const publicItems = (filter: PublicFilter) => body(api.GET(path, { params: { query: set({ limit: 20, ...filter }) } }))
export const publicCounts = (filter: PublicFilter) => body(api.GET('/api/v1/public/rectifications/counts', { params: { query: set(filter) } }))
export const publicIndex = (filter: PublicFilter) => body(api.GET('/api/v1/public/rectifications/index', { params: { query: set(filter) } }))
/** One item; `fresh` passes by the copy that the browser keeps for a minute. */
export const publicItem = (id: string, fresh = false) => body(api.GET('/api/v1/public/rectifications/{id}', { ...one(id), ...(fresh ? { cache: 'reload' as const } : {}) }))
export const speakAbout = (id: string, voice: { device: string; solved: boolean; words?: string }) => body(api.POST('/api/v1/public/rectifications/{id}/voices', { ...one(id), body: voice }))

/** Addresses that the browser opens itself: a page without scripts, and lists to subscribe to. */
export const plainAddress = (filter: PublicFilter) => withQuery(`${path}/plain`, { limit: 200, ...filter })
export const feedAddress = (filter: PublicFilter, form: 'atom' | 'json') => withQuery(`${path}/feed.${form}`, { ...filter })
