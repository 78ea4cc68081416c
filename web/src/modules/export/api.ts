import type { components } from '@/api/schema'
import type { Solid } from '@/api/types'
import { api, body, set } from '@/kit/http'

export type Kind = 'track' | 'case' | 'list'
export type ExportRequest = Omit<Solid<components['schemas']['ExportRequest']>, 'kind'> & { kind: Kind }

/** Each kind is decided on and taken at the address of its module. */
const bases = { track: '/api/v1/patrol/exports', case: '/api/v1/desk/exports', list: '/api/v1/reverse-list-exports' } as const
const path = (id: string) => ({ params: { path: { id } } })

export const listExports = (kind?: Kind) => body(api.GET('/api/v1/exports', { params: { query: set({ kind }) } }))
export const decideExport = (r: ExportRequest, approve: boolean, answer: string) =>
  body(api.POST(`${bases[r.kind]}/{id}/decision`, { ...path(r.id), body: { version: r.version, approve, answer } }))
export const withdrawExport = (r: ExportRequest) => body(api.DELETE(`${bases[r.kind]}/{id}`, path(r.id)))
export const exportFile = (r: ExportRequest) => `${bases[r.kind]}/${r.id}/file`
