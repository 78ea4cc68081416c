import type { components } from '@/api/schema'
import type { Solid } from '@/api/types'
import { api, body, set } from '@/kit/http'

type Schemas = components['schemas']
export type Template = Solid<Schemas['DeskTemplate']>
export type NewTemplate = Omit<Schemas['DeskNewTemplate'], '$schema'>
export type NewExport = Omit<Schemas['DeskNewExport'], '$schema'>
export type TemplateField = 'reply' | 'note' | 'outcome'
const path = (id: string) => ({ params: { path: { id } } })

export const beAtCase = (id: string, editing: boolean) => body(api.PUT('/api/v1/desk/presence/{id}', { ...path(id), body: { editing } }))
export const leaveCase = (id: string) => body(api.DELETE('/api/v1/desk/presence/{id}', path(id)))

export const listTemplates = (field?: TemplateField, category?: string) => body(api.GET('/api/v1/desk/templates', { params: { query: set({ field, category }) } }))
export const listPlaces = () => body(api.GET('/api/v1/desk/template-places'))
export const saveTemplate = (template: NewTemplate) => body(api.POST('/api/v1/desk/templates', { body: template }))
export const changeTemplate = (id: string, template: NewTemplate) => body(api.PUT('/api/v1/desk/templates/{id}', { ...path(id), body: template }))
export const dropTemplate = (id: string) => body(api.DELETE('/api/v1/desk/templates/{id}', path(id)))

export const askExport = (ask: NewExport) => body(api.POST('/api/v1/desk/exports', { body: ask }))
