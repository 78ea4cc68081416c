import type { components } from '@/api/schema'
import { api, body } from '@/kit/http'

export type Sos = components['schemas']['PatrolSOS']

const of = (id: string) => ({ path: { id } })

export const listSos = () => body(api.GET('/api/v1/patrol/sos'))
export const answerSos = (id: string, version: number) => body(api.POST('/api/v1/patrol/sos/{id}/acknowledge', { params: of(id), body: { version } }))
export const resolveSos = (id: string, version: number, note: string) => body(api.POST('/api/v1/patrol/sos/{id}/resolve', { params: of(id), body: { version, note } }))
