import type { components } from '@/api/schema'
import type { Solid } from '@/api/types'
import { api, body, set, withQuery } from '@/kit/http'

export type Call = Solid<components['schemas']['CallsCall']>
export type Party = Solid<components['schemas']['CallsParty']>
export type CallDetail = Solid<components['schemas']['CallsDetail']>
export type Recording = Solid<components['schemas']['CallsRecording']>
export type Person = Solid<components['schemas']['CallsPerson']>
export type Relay = Solid<components['schemas']['CallsRelay']>
export type CallAction = 'accept' | 'decline' | 'hang_up' | 'hold' | 'resume' | 'move' | 'invite' | 'record' | 'stop_recording' | 'agree' | 'refuse' | 'end'
export interface Said { device?: string; voice?: boolean; reply?: string; user?: string }
export interface NewCall { to?: string; kind: 'video' | 'voice'; reason?: string; case_id?: string; device: string; record?: boolean }

export const beginCall = (call: NewCall) => body(api.POST('/api/v1/calls', { body: call }))
export const currentCall = () => body(api.GET('/api/v1/calls/current'))
export const act = (id: string, action: CallAction, said: Said = {}) => body(api.POST('/api/v1/calls/{id}/actions/{action}', { params: { path: { id, action } }, body: said }))
export const listCalls = (query: { case?: string; user?: string; missed?: boolean; mine?: boolean; limit?: number; cursor?: string }) => body(api.GET('/api/v1/calls', { params: { query: set(query) } }))
export const exportAddress = (query: { missed?: boolean }) => withQuery('/api/v1/calls/export', { format: 'xlsx', ...(query.missed ? { missed: 'true' } : {}) })
export const getCall = (id: string) => body(api.GET('/api/v1/calls/{id}', { params: { path: { id } } }))
export const people = (words: string) => body(api.GET('/api/v1/calls/people', { params: { query: set({ words }) } }))
export const relay = () => body(api.GET('/api/v1/calls/relay'))
export const connect = (id: string, device: string, sdp: string, fresh: boolean) => body(api.POST('/api/v1/calls/{id}/connection', { params: { path: { id } }, body: { device, sdp, fresh } }))
export const tryNetwork = (sdp: string) => body(api.POST('/api/v1/calls/trials', { body: { sdp } }))
export const lookAt = (recording: string, reason: string) => body(api.POST('/api/v1/call-recordings/{id}/looks', { params: { path: { id: recording } }, body: { reason } }))
export const fileOf = (recording: string, look: string) => withQuery(`/api/v1/call-recordings/${encodeURIComponent(recording)}/file`, { look })
