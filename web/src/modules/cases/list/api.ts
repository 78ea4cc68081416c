import type { components } from '@/api/schema'
import type { Solid } from '@/api/types'
import { api, body, set } from '@/kit/http'
import { queryOf, type Filter } from './filter'

type Schemas = components['schemas']
export type CaseView = Solid<Schemas['DeskView']>
export type CaseGroup = Solid<Schemas['CasesGroup']>
export type BulkOutcome = Solid<Schemas['DeskOutcome']>
export type BulkMove = Omit<Schemas['CasesMove'], '$schema' | 'version'>
export type GroupBy = 'street' | 'community' | 'grid' | 'state' | 'holder' | 'lead' | 'channel' | 'category'
export interface Edges { west: number; south: number; east: number; north: number; zoom: number }

const path = (id: string) => ({ params: { path: { id } } })

export const listPage = (filter: Filter, cursor?: string, limit = 50) => body(api.GET('/api/v1/cases', { params: { query: set({ ...queryOf(filter), sort: filter.sort, limit, cursor }) as object } }))
export const groupCases = (filter: Filter, by: GroupBy) => body(api.GET('/api/v1/case-groups', { params: { query: { ...set(queryOf(filter)), by } as never } }))
export const mapCases = (filter: Filter, edges: Edges) => body(api.GET('/api/v1/case-map', { params: { query: { ...set(queryOf(filter)), ...edges } as never } }))
export const watchCase = (id: string, on: boolean) => on ? body(api.PUT('/api/v1/cases/{id}/watch', path(id))) : body(api.DELETE('/api/v1/cases/{id}/watch', path(id)))

export const listViews = () => body(api.GET('/api/v1/desk/views'))
export const saveView = (view: Omit<Schemas['DeskNewView'], '$schema'>) => body(api.POST('/api/v1/desk/views', { body: view }))
export const changeView = (id: string, view: Omit<Schemas['DeskNewView'], '$schema'>) => body(api.PUT('/api/v1/desk/views/{id}', { ...path(id), body: view }))
export const dropView = (id: string) => body(api.DELETE('/api/v1/desk/views/{id}', path(id)))
export const subscribeView = (id: string, on: boolean) => on ? body(api.PUT('/api/v1/desk/views/{id}/subscription', path(id))) : body(api.DELETE('/api/v1/desk/views/{id}/subscription', path(id)))
export const actOnCases = (bulk: { action: string; cases: { id: string; version: number }[]; move: BulkMove; dry_run?: boolean }) => body(api.POST('/api/v1/desk/bulk', { body: bulk }))
