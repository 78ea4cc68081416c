import type { components } from '@/api/schema'
import type { Solid } from '@/api/types'
import { api, body, set } from '@/kit/http'

type Of<Name extends keyof components['schemas']> = Solid<components['schemas'][Name]>
export type Clocks = Of<'CasesClocks'>
export type Reading = Of<'CasesReading'>
export type Asked = Of<'CasesAsked'>
export type Limits = Of<'CasesLimits'>
export type LimitRule = Of<'CasesLimitRule'>
export type Emergency = Of<'CasesEmergency'>
export type NewEmergency = Omit<Of<'CasesNewEmergency'>, '$schema'>
export interface RequestFilter { kind?: 'extension' | 'suspension' | 'waiting'; state?: string[]; area?: string; ground?: string; review?: boolean; cursor?: string }

export const explainClocks = (id: string) => body(api.GET('/api/v1/cases/{id}/clocks', { params: { path: { id } } }))
export const listRequests = (filter: RequestFilter) => body(api.GET('/api/v1/case-requests', { params: { query: set(filter) as object } }))
export const listLimits = () => body(api.GET('/api/v1/case-limits'))
export const setLimits = (version: number, rules: LimitRule[], note: string) => body(api.POST('/api/v1/case-limits', { body: { version, rules, note } }))
export const listEmergencies = () => body(api.GET('/api/v1/case-emergencies'))
export const previewEmergency = (area: string, category: string[]) => body(api.GET('/api/v1/case-emergency-preview', { params: { query: { area, category } } }))
export const declareEmergency = (emergency: NewEmergency) => body(api.POST('/api/v1/case-emergencies', { body: emergency }))
export const endEmergency = (id: string, version: number, note: string) => body(api.POST('/api/v1/case-emergencies/{id}/end', { params: { path: { id } }, body: { version, note } }))
export const publicSuspensions = () => body(api.GET('/api/v1/public/suspensions'))
export const publicForced = () => body(api.GET('/api/v1/public/forced-closures'))
