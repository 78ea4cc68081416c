import { api, body, formOf, withQuery } from '@/kit/http'
import type { Form } from './model'

const at = (id: string) => ({ params: { path: { id } } })
/** The client's types know a form as the server writes it; ours names the same fields more narrowly. */
const wire = (form: Form) => form as never

export const listQuestionnaires = () => body(api.GET('/api/v1/questionnaires', {}))
export const getQuestionnaire = (id: string) => body(api.GET('/api/v1/questionnaires/{id}', at(id)))
export const checkForm = (form: Form) => body(api.POST('/api/v1/questionnaires/check', { body: { form: wire(form) } }))
export const diffQuestionnaires = (from: string, to: string) => body(api.GET('/api/v1/questionnaires/{id}/diff', { params: { path: { id: to }, query: { from } } }))
export const draftQuestionnaire = (draft: { group?: 'elder' | 'adult' | 'unit'; version: string; from?: string; note?: string }) => body(api.POST('/api/v1/questionnaires', { body: draft }))
export const saveQuestionnaire = (id: string, change: { revision: number; version?: string; note?: string; form: Form }) =>
  body(api.PUT('/api/v1/questionnaires/{id}', { ...at(id), body: { ...change, form: wire(change.form) } }))
export const issueQuestionnaire = (id: string, revision: number) => body(api.POST('/api/v1/questionnaires/{id}/issue', { ...at(id), body: { revision } }))
export const discardQuestionnaire = (id: string, revision: number) => api.DELETE('/api/v1/questionnaires/{id}', { params: { path: { id }, query: { revision } } })
export const importQuestionnaire = (parts: { file: File; group: string; version: string; note: string }) => body(api.POST('/api/v1/questionnaires/imports', formOf(parts)))
export const exportAddress = (id: string, format: 'xlsx' | 'json' = 'xlsx') => withQuery(`/api/v1/questionnaires/${id}/export`, { format })
export const paperAddress = (id: string, format: 'pdf' | 'html', large = false) => withQuery(`/api/v1/questionnaires/${id}/paper`, { format, large: large ? 'true' : undefined })
/** The sheet of codes that whoever keys paper in works from. */
export const codesAddress = (id: string) => withQuery(`/api/v1/questionnaires/${id}/paper`, { codes: 'true' })
