import type { components } from '@/api/schema'
import { api, body, set } from '@/kit/http'

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
