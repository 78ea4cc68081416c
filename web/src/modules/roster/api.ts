import type { components } from '@/api/schema'
import { api, body } from '@/kit/http'

export type Week = components['schemas']['RosterWeek']
export type Planned = components['schemas']['RosterPlanned']
export type Swap = components['schemas']['RosterSwap']

export const getWeek = (area: string, day: string) => body(api.GET('/api/v1/roster/week', { params: { query: { area, day } } }))
export const getKinds = (area: string) => body(api.GET('/api/v1/roster/kinds', { params: { query: { area } } }))
export const addShift = (officer_id: string, area_code: string, day: string, name: string, from_min: number, minutes: number) => body(api.POST('/api/v1/roster/shifts', { body: { officer_id, area_code, day, name, from_min, minutes } }))
export const removeShift = (id: string, version: number) => body(api.DELETE('/api/v1/roster/shifts/{id}', { params: { path: { id }, query: { version } } }))
export const copyWeek = (area_code: string, from: string, to: string) => body(api.POST('/api/v1/roster/copies', { body: { area_code, from, to } }))
export const getSwaps = () => body(api.GET('/api/v1/roster/swaps'))
export const decideSwap = (id: string, approve: boolean, note: string) => body(api.POST('/api/v1/roster/swaps/{id}/decide', { params: { path: { id } }, body: { approve, note } }))
export const exportAddress = (area: string, day: string) => `/api/v1/roster/export?area=${encodeURIComponent(area)}&day=${day}&format=xlsx`
