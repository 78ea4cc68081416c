import type { components } from '@/api/schema'
import type { Solid } from '@/api/types'
import { api, body, formOf, set, withQuery } from '@/kit/http'

type Schemas = components['schemas']
type Of<Name extends keyof Schemas> = Solid<Schemas[Name]>
export type Version = Of<'DutyVersion'>
export type VersionDetail = Of<'DutyVersionDetail'>
export type RuleLine = Of<'DutyRuleLine'>
export type Rule = Schemas['DutyRule']
export type Review = Of<'DutyReview'>
export type Pair = Of<'DutyPair'>
export type Simulation = Of<'DutySimulation'>
export type Precedent = Of<'DutyPrecedent'>
export type Task = Of<'DutyTask'>
export type Admission = Of<'DutyAdmission'>
export type Accuracy = Of<'DutyAccuracy'>
export type Decision = Of<'DutyDecision'>

const at = (id: string) => ({ params: { path: { id } } })

export const decide = (query: { category: string; area: string; component?: string; source?: string }) => body(api.GET('/api/v1/duty/decision', { params: { query: set(query) as typeof query } }))
export const getTree = () => body(api.GET('/api/v1/duty/categories'))
export const listBodies = () => body(api.GET('/api/v1/duty/bodies'))
export const listVersions = () => body(api.GET('/api/v1/duty/versions'))
export const getVersion = (id: string) => body(api.GET('/api/v1/duty/versions/{id}', at(id)))
export const draftVersion = (draft: Schemas['DutyNewDraft']) => body(api.POST('/api/v1/duty/versions', { body: draft }))
export const discardVersion = (id: string) => api.DELETE('/api/v1/duty/versions/{id}', at(id))
export const reviewVersion = (id: string) => body(api.GET('/api/v1/duty/versions/{id}/review', at(id)))
export const diffVersion = (id: string) => body(api.GET('/api/v1/duty/versions/{id}/diff', at(id)))
export const simulateVersion = (id: string) => body(api.GET('/api/v1/duty/versions/{id}/simulation', at(id)))
export const publishVersion = (id: string, version: number, from?: string) =>
  body(api.POST('/api/v1/duty/versions/{id}/actions/publish', { ...at(id), body: { version, ...(from ? { effective_from: from } : {}) } }))
export const addRule = (id: string, rule: Rule) => body(api.POST('/api/v1/duty/versions/{id}/rules', { ...at(id), body: rule }))
export const changeRule = (id: string, rule: Rule) => body(api.PUT('/api/v1/duty/rules/{id}', { ...at(id), body: rule }))
export const dropRule = (id: string) => api.DELETE('/api/v1/duty/rules/{id}', at(id))
export const fileAddress = (id: string, format: 'xlsx' | 'csv') => withQuery(`/api/v1/duty/versions/${id}/file`, { format })
export const importRules = (id: string, file: File, dryRun: boolean) => body(api.POST('/api/v1/duty/versions/{id}/file', { ...at(id), ...formOf({ file, dry_run: dryRun }) }))
export const listPrecedents = (cursor?: string) => body(api.GET('/api/v1/duty/precedents', { params: { query: set({ cursor }) } }))
export const takePrecedent = (number: number, draft: string, area?: string) =>
  body(api.POST('/api/v1/duty/precedents/{number}/actions/take', { params: { path: { number } }, body: { draft, ...(area ? { area } : {}) } }))
export const withdrawPrecedent = (number: number, version: number, note: string) =>
  body(api.POST('/api/v1/duty/precedents/{number}/actions/withdraw', { params: { path: { number } }, body: { version, note } }))
export interface ImportReport { total: number; accepted: number; rejected: number; errors: { row: number; column?: string; reason: string }[]; stored: boolean; changed?: number }
export const tasksAddress = '/api/v1/duty/tasks/file'
export const importTasks = (file: File, dryRun: boolean) => body(api.POST('/api/v1/duty/tasks/file', formOf({ file, dry_run: dryRun })))
export const listTasks = () => body(api.GET('/api/v1/duty/tasks'))
export const changeTask = (category: string, change: Schemas['DutyTaskChange']) => body(api.PUT('/api/v1/duty/tasks/{category}', { params: { path: { category } }, body: change }))
export const listAdmissions = (cursor?: string) => body(api.GET('/api/v1/duty/admissions', { params: { query: set({ cursor }) } }))
export const askAdmission = (ask: Schemas['DutyNewAdmission']) => body(api.POST('/api/v1/duty/admissions', { body: ask }))
export const decideAdmission = (id: string, decision: Schemas['DutyAdmissionDecision']) => body(api.POST('/api/v1/duty/admissions/{id}/actions/decide', { ...at(id), body: decision }))
export const listAccuracy = () => body(api.GET('/api/v1/duty/accuracy'))
