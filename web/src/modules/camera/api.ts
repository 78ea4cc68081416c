import type { components, paths } from '@/api/schema'
import type { Solid } from '@/api/types'
import { api, body, formOf, set, withQuery } from '@/kit/http'

type Schemas = components['schemas']
export type Camera = Solid<Schemas['Camera']>
export type Look = Solid<Schemas['CameraLook']>
export type CameraSpec = Omit<Schemas['CameraSpec'], '$schema'>
type Query = paths['/api/v1/cameras']['get']['parameters']['query']
export interface CameraFilter { words?: string; state?: string }
const at = (id: string) => ({ params: { path: { id } } })

export const listCameras = (filter: CameraFilter, cursor?: string) => body(api.GET('/api/v1/cameras', { params: { query: set({ ...filter, cursor, limit: 50 }) as Query } }))
export const getCamera = (id: string) => body(api.GET('/api/v1/cameras/{id}', at(id)))
export const saveCamera = (id: string | undefined, given: CameraSpec) => body(id ? api.PUT('/api/v1/cameras/{id}', { ...at(id), body: given }) : api.POST('/api/v1/cameras', { body: given }))
export const camerasFile = (filter: CameraFilter, format: string) => withQuery('/api/v1/cameras/file', { ...filter, format })
export const importCameras = (file: File, dryRun: boolean) => body(api.POST('/api/v1/cameras/file', formOf({ file, dry_run: dryRun })))
export const looksOf = (id: string) => body(api.GET('/api/v1/cameras/{id}/looks', at(id)))
export const beginLook = (id: string, reason: string) => body(api.POST('/api/v1/cameras/{id}/looks', { ...at(id), body: { reason } }))
export const endLook = (id: string) => body(api.DELETE('/api/v1/camera-looks/{id}', at(id)))
export const exchange = (id: string, sdp: string) => body(api.POST('/api/v1/camera-looks/{id}/stream', { ...at(id), body: { sdp } }))
export const pictureOf = (look: string, n: number) => `/api/v1/camera-looks/${look}/picture?n=${n}`
export const playlistOf = (look: string) => `/api/v1/camera-looks/${look}/hls/index.m3u8`
