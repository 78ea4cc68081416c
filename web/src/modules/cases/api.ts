import type { components } from '@/api/schema'
import { api, body, formOf, set } from '@/kit/http'

type Schemas = components['schemas']
/** What an action brings along; the version is added by who sends it. */
export type CaseMove = Omit<Schemas['CasesMove'], '$schema' | 'version'>
export type PartMove = Omit<Schemas['CasesPartMove'], '$schema'>
export type NewCase = Omit<Schemas['CasesReport'], '$schema'>
export interface CaseFilter {
  state?: string[]; channel?: string[]; area?: string; unit?: string; holder?: string; category?: string; level?: string; q?: string
  since?: string; until?: string; open?: boolean; overdue?: boolean; urgent?: boolean; supervised?: boolean; todo?: boolean; sort?: 'newest' | 'due'
  limit?: number; cursor?: string
}
const path = (id: string) => ({ params: { path: { id } } })

export const listCases = (filter: CaseFilter) => body(api.GET('/api/v1/cases', { params: { query: set(filter) as object } }))
export const getCase = (id: string) => body(api.GET('/api/v1/cases/{id}', path(id)))
export const registerCase = (report: NewCase) => body(api.POST('/api/v1/cases', { body: report }))
export const actOnCase = (id: string, action: string, version: number, move: CaseMove) =>
  body(api.POST('/api/v1/cases/{id}/actions/{action}', { params: { path: { id, action } }, body: { ...move, version } }))
export const actOnPart = (id: string, part: string, action: PartAction, move: PartMove) =>
  body(api.POST('/api/v1/cases/{id}/parts/{part}/actions/{action}', { params: { path: { id, part, action } }, body: move }))
export const getWorkflow = () => body(api.GET('/api/v1/case-workflow'))
export type PartAction = 'sign' | 'done' | 'waive' | 'cancel'

export const getAround = (id: string, units: string[]) => body(api.GET('/api/v1/cases/{id}/around', { params: { path: { id }, query: units.length ? { units } : {} } }))
export const listOfficers = (id: string) => body(api.GET('/api/v1/cases/{id}/officers', path(id)))
export const getCategories = () => body(api.GET('/api/v1/duty/categories'))

export const photoAddress = (id: string, photo: string) => `/api/v1/cases/${id}/evidence/${photo}`
export const addPhoto = (id: string, photo: Blob, phase: string, part = '') =>
  body(api.POST('/api/v1/cases/{id}/evidence', { ...path(id), ...formOf({ photo, phase, ...(part ? { part } : {}) }) }))
export const showPhoto = (id: string, photo: string, action: 'show' | 'hide') =>
  body(api.POST('/api/v1/cases/{id}/evidence/{photo}/actions/{action}', { params: { path: { id, photo, action } } }))
export const revealReporter = (id: string, reporter: string, reason: string) =>
  body(api.POST('/api/v1/cases/{id}/reporters/{reporter}/reveal', { params: { path: { id, reporter } }, body: { reason } }))
export const decideDuty = (question: { category: string; area: string; component?: string; source?: string }) => body(api.GET('/api/v1/duty/decision', { params: { query: set(question) as never } }))
