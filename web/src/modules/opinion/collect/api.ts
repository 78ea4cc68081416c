import type { components } from '@/api/schema'
import type { Solid } from '@/api/types'
import { api, body, formOf, set } from '@/kit/http'

type Schemas = components['schemas']
export type Origin = Solid<Schemas['OpinionOrigin']>
export type OpinionImport = Solid<Schemas['OpinionImport']>
export type Source = Origin['source']

export const listImports = () => body(api.GET('/api/v1/opinions/imports'))
export const importOpinions = (file: File, wave: string, source: Source, area: string, dryRun: boolean) =>
  body(api.POST('/api/v1/opinions/imports', formOf({ file, wave, source, area, dry_run: dryRun ? 'yes' : 'no' })))
export const takeOpinion = (opinion: Schemas['OpinionEntry']) => body(api.POST('/api/v1/opinions', { body: opinion }))
export const listOpinions = (filter: { wave?: string; source?: string; area?: string; limit?: number; cursor?: string }) => body(api.GET('/api/v1/opinions', { params: { query: set(filter) } }))
export const countSources = (wave: string) => body(api.GET('/api/v1/opinions/sources', { params: { query: { wave } } }))
export const templateAddress = (format: 'xlsx' | 'csv') => `/api/v1/opinions/template?format=${format}`
