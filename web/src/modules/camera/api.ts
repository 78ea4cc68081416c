import type { paths } from '@/api/schema'
import { api, body, set } from '@/kit/http'

export type Camera = paths['/api/v1/cameras/{id}']['get']['responses'][200]['content']['application/json']
type Query = paths['/api/v1/cameras']['get']['parameters']['query']

export const listCameras = (words: string, cursor?: string) => body(api.GET('/api/v1/cameras', { params: { query: set({ words: words || undefined, cursor, limit: 50 }) as Query } }))
export const beginLook = (id: string, reason: string) => body(api.POST('/api/v1/cameras/{id}/looks', { params: { path: { id } }, body: { reason } }))
export const endLook = (id: string) => body(api.DELETE('/api/v1/camera-looks/{id}', { params: { path: { id } } }))
export const exchange = (id: string, sdp: string) => body(api.POST('/api/v1/camera-looks/{id}/stream', { params: { path: { id } }, body: { sdp } }))
export const pictureOf = (look: string, n: number) => `/api/v1/camera-looks/${look}/picture?n=${n}`
