import { api, body, set } from '@/kit/http'

const path = (id: string) => ({ params: { path: { id } } })

/** What the desk keeps for the person at work on a case: ready words, unfinished steps. */
export const listTemplates = (field: 'note' | 'reply' | 'outcome', category: string) => body(api.GET('/api/v1/desk/templates', { params: { query: set({ field, category }) as never } }))
export const fillTemplate = (id: string, caseId: string) => body(api.POST('/api/v1/desk/templates/{id}/fill', { ...path(id), body: { case: caseId } }))
export const saveTemplate = (name: string, field: 'note' | 'reply' | 'outcome', words: string) => body(api.POST('/api/v1/desk/templates', { body: { name, field, body: words, scope: 'own' } }))

export const listDrafts = (id: string) => body(api.GET('/api/v1/desk/drafts/{id}', path(id)))
export const keepDraft = (id: string, action: string, version: number, content: Record<string, unknown>) => api.PUT('/api/v1/desk/drafts/{id}/{action}', { params: { path: { id, action } }, body: { version, content } })
export const dropDraft = (id: string, action: string) => api.DELETE('/api/v1/desk/drafts/{id}/{action}', { params: { path: { id, action } } })
