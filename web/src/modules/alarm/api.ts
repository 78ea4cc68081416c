import type { components } from '@/api/schema'
import type { Page, Solid } from '@/api/types'
import { api, body, set, withQuery } from '@/kit/http'

export type Alarm = Solid<components['schemas']['Alarm']>
export type AlarmDetail = Solid<components['schemas']['AlarmDetail']>
export type AlarmStep = Solid<components['schemas']['AlarmStep']>
export type Severity = Alarm['severity']
export interface AlarmFilter { state: 'active' | 'cleared' | 'all'; unseen?: boolean; severity?: Severity; source?: string; kind?: string; area?: string }

const of = (id: string) => ({ path: { id } })

export const listAlarms = (filter: AlarmFilter, cursor?: string): Promise<Page<Alarm>> => body(api.GET('/api/v1/alarms', { params: { query: set({ ...filter, cursor, limit: 50 }) } })) as Promise<Page<Alarm>>
export const countAlarms = (area?: string) => body(api.GET('/api/v1/alarms/summary', { params: { query: set({ area }) } }))
export const getAlarm = (id: string) => body(api.GET('/api/v1/alarms/{id}', { params: of(id) })) as Promise<AlarmDetail>
export const acknowledge = (id: string, version: number, note: string) => body(api.POST('/api/v1/alarms/{id}/acknowledge', { params: of(id), body: { version, note } }))
export const noteAlarm = (id: string, note: string) => body(api.POST('/api/v1/alarms/{id}/notes', { params: of(id), body: { note } }))
export const clearAlarm = (id: string, version: number, reason: string) => body(api.POST('/api/v1/alarms/{id}/clear', { params: of(id), body: { version, reason } }))
export const makeCase = (id: string, version: number, text: string, category: string) => body(api.POST('/api/v1/alarms/{id}/case', { params: of(id), body: { version, text, ...set({ category }) } }))
export const exportAddress = (filter: AlarmFilter, format: 'xlsx' | 'csv') => withQuery('/api/v1/alarms/export', { ...set({ ...filter }), format } as unknown as Record<string, string>)
