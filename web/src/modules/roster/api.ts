import type { components } from '@/api/schema'
import { api, body, send } from '@/kit/http'

export type Week = components['schemas']['RosterWeek']
export type Planned = components['schemas']['RosterPlanned']
export type Swap = components['schemas']['RosterSwap']
export type Kind = components['schemas']['RosterKind']
export type Officer = components['schemas']['RosterOfficer']

const of = (id: string) => ({ path: { id } })

export const getWeek = (area: string, day: string) => body(api.GET('/api/v1/roster/week', { params: { query: { area, day } } }))
export const getKinds = (area: string) => body(api.GET('/api/v1/roster/kinds', { params: { query: { area } } }))
export const addKind = (area_code: string, name: string, from_min: number, minutes: number) => body(api.POST('/api/v1/roster/kinds', { body: { area_code, name, from_min, minutes } }))
export const changeKind = (id: string, name: string, from_min: number, minutes: number, version: number) => body(api.PUT('/api/v1/roster/kinds/{id}', { params: of(id), body: { name, from_min, minutes, version } }))
export const retireKind = (id: string, version: number) => body(api.DELETE('/api/v1/roster/kinds/{id}', { params: { ...of(id), query: { version } } }))
export const addShift = (officer_id: string, area_code: string, day: string, name: string, from_min: number, minutes: number) => body(api.POST('/api/v1/roster/shifts', { body: { officer_id, area_code, day, name, from_min, minutes } }))
export const removeShift = (id: string, version: number) => body(api.DELETE('/api/v1/roster/shifts/{id}', { params: { ...of(id), query: { version } } }))
export const copyWeek = (area_code: string, from: string, to: string) => body(api.POST('/api/v1/roster/copies', { body: { area_code, from, to } }))
export const setTerms = (id: string, full_time: boolean) => body(api.PUT('/api/v1/roster/officers/{id}/terms', { params: of(id), body: { full_time } }))
export const getSwaps = () => body(api.GET('/api/v1/roster/swaps'))
export const decideSwap = (id: string, approve: boolean, note: string) => body(api.POST('/api/v1/roster/swaps/{id}/decide', { params: of(id), body: { approve, note } }))
export const exportAddress = (area: string, day: string) => `/api/v1/roster/export?area=${encodeURIComponent(area)}&day=${day}&format=xlsx`

export const getOwnRoster = () => body(api.GET('/api/v1/roster/mine'))
export const getColleagues = () => body(api.GET('/api/v1/roster/colleagues'))
export const askSwap = (shift_id: string, to: string, reason: string) => body(api.POST('/api/v1/roster/swaps', { body: { shift_id, to, reason } }))
export const withdrawSwap = (id: string) => body(api.POST('/api/v1/roster/swaps/{id}/withdraw', { params: of(id) }))

export type ImportReport = components['schemas']['RosterImportReport']

export async function importRoster(file: File, dryRun: boolean): Promise<ImportReport> {
  const form = new FormData()
  form.append('file', file)
  form.append('dry_run', String(dryRun))
  return (await (await send(new Request(new URL('/api/v1/roster/import', location.origin), { method: 'POST', body: form }))).json()) as ImportReport
}
