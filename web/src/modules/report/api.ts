import type { ReportTemplate } from '@/api/types'
import { api, body, set, withQuery } from '@/kit/http'

const path = (id: string) => ({ params: { path: { id } } })

export const listFrozen = (wave: string) => body(api.GET('/api/v1/waves/{id}/reports', path(wave)))
export const freezeReport = (wave: string, note: string) => body(api.POST('/api/v1/waves/{id}/reports', { ...path(wave), body: { note } }))
export const verifyReport = (wave: string, report: string) => body(api.GET('/api/v1/waves/{id}/reports/{report}/verification', { params: { path: { id: wave, report } } }))
export const draftReport = (wave: string) => body(api.GET('/api/v1/waves/{id}/report-draft', path(wave)))
export const listTemplates = () => body(api.GET('/api/v1/report-templates'))
export const saveTemplate = (base: number, template: ReportTemplate, note: string) => body(api.POST('/api/v1/report-templates', { body: { base, template, note } }))
export const listKinds = (wave?: string) => body(api.GET('/api/v1/report-kinds', { params: { query: set({ wave }) } }))

export const draftAddress = (wave: string, format: string) => withQuery(`/api/v1/waves/${wave}/report`, { format })
export const fileAddress = (wave: string, report: string, kind: string, format: string, street = '') => withQuery(`/api/v1/waves/${wave}/reports/${report}/file`, { kind, format, street })
export const dataAddress = (wave: string) => `/api/v1/waves/${wave}/data`
