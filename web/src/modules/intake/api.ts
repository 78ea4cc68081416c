import type { components } from '@/api/schema'
import type { Solid } from '@/api/types'
import { api, body, formOf, withQuery } from '@/kit/http'
import { reduced } from '@/kit/photo'

type Schemas = components['schemas']
export type Draft = Omit<Schemas['IntakeDraft'], '$schema'>
export type Advice = Solid<Schemas['IntakeAdvice']>
export type Near = Solid<Schemas['CasesNear']>
export type TicketImport = Solid<Schemas['IntakeImport']>
export type Hotspot = Solid<Schemas['CasesHotspot']>
export type Merge = Solid<Schemas['CasesMerge']>

export const suggest = (draft: Draft) => body(api.POST('/api/v1/cases/suggest', { body: draft }))
export const uploadPhoto = async (file: File) => body(api.POST('/api/v1/cases/photos', formOf({ photo: await reduced(file, true) })))

export const importTickets = (file: File, dryRun: boolean) => body(api.POST('/api/v1/intake/imports', formOf({ file, dry_run: dryRun ? 'yes' : 'no' })))
export const listImports = () => body(api.GET('/api/v1/intake/imports'))
export const templateAddress = (format: 'xlsx' | 'csv') => `/api/v1/intake/template?format=${format}`
export const repliesAddress = (since: string, format: 'xlsx' | 'csv') => withQuery('/api/v1/intake/replies', { since, format })

export const listDuplicates = (id: string) => body(api.GET('/api/v1/cases/{id}/duplicates', { params: { path: { id } } }))
export const listMerges = (id: string) => body(api.GET('/api/v1/cases/{id}/merges', { params: { path: { id } } }))
export const listHotspots = (area: string, category: string, days: number) =>
  body(api.GET('/api/v1/case-hotspots', { params: { query: { days, ...(area ? { area } : {}), ...(category ? { category } : {}) } } }))
