import { api, body, formOf, set } from '@/kit/http'
import type { Case, Move, NewCase, Position, Shot } from './model'

/** What waits for the caller, soonest due first. */
export const listTasks = () => body(api.GET('/api/v1/cases', { params: { query: { todo: true, sort: 'due', limit: 100 } } }))
export const getCase = (id: string) => body(api.GET('/api/v1/cases/{id}', { params: { path: { id } } }))
export const categoryTree = () => body(api.GET('/api/v1/duty/categories'))
/** Without an answer in time the page goes on with what the phone knows: a network of one bar gives none for minutes. */
const soon = () => AbortSignal.timeout(4_000)
export const locate = (lat: number, lon: number) => body(api.GET('/api/v1/regions/locate', { params: { query: { lat, lon } }, signal: soon() }))
export const myGrids = () => body(api.GET('/api/v1/regions', { params: { query: { mine: true, level: 'grid', limit: 50 } } }))

/** Registers a case. `key` is the item of the queue: within a day the first answer comes again, later the source number tells. */
export const register = (report: NewCase, key: string): Promise<Case> =>
  body(api.POST('/api/v1/cases', { body: report, headers: { 'Idempotency-Key': key } }))

export const act = (id: string, action: string, move: Move, key: string): Promise<Case> =>
  body(api.POST('/api/v1/cases/{id}/actions/{action}', { params: { path: { id, action } }, body: move, headers: { 'Idempotency-Key': key } }))

/** Sends a photograph of a case that does not exist yet. */
export const uploadPhoto = async (photo: Blob, shot: Shot): Promise<string> =>
  (await body(api.POST('/api/v1/cases/photos', { ...formOf({ photo, ...taken(shot) }), headers: { 'Idempotency-Key': shot.ref } }))).ref

export const addEvidence = (id: string, photo: Blob, shot: Shot): Promise<unknown> =>
  body(api.POST('/api/v1/cases/{id}/evidence', { params: { path: { id } }, ...formOf({ photo, phase: shot.phase, ...taken(shot) }), headers: { 'Idempotency-Key': shot.ref } }))

/** What the device says about a photograph that may not say so itself. */
const taken = ({ at, where }: Shot) => ({ taken_at: at, ...(where ? { lat: String(where.lat), lon: String(where.lon) } : {}) })

/** Likely categories and open cases that may be the same matter; nothing is stored. */
export const suggest = (text: string, where?: Position, category?: string, looks: string[] = []) =>
  body(api.POST('/api/v1/cases/suggest', { body: set({ text, category, lat: where?.lat, lon: where?.lon, looks: looks.length ? looks : undefined }), signal: soon() }))

export const photoAddress = (id: string, photo: string): string => `/api/v1/cases/${id}/evidence/${photo}`

/** What the caller brought in, newest first. */
export const myReports = (cursor?: string) => body(api.GET('/api/v1/cases', { params: { query: set({ mine: true, limit: 30, cursor }) as object } }))
