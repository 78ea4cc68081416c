import type { components } from '@/api/schema'
import type { Solid } from '@/api/types'
import { api, body, formOf, withQuery } from '@/kit/http'

type Of<Name extends keyof components['schemas']> = Solid<components['schemas'][Name]>
export type System = Of<'AppraisalSystem'>
export type Dimension = System['dimensions'][number]
export type KeyPoint = Dimension['key_points'][number]
export type Indicator = KeyPoint['indicators'][number]
export type SystemDraft = Of<'AppraisalSystemDraft'>
export type StoredSystem = Of<'AppraisalStoredSystem'>
export type SystemChange = Of<'AppraisalSystemChange'>
export type Fault = Of<'AppraisalFault'>
export type Pilot = Of<'AppraisalPilot'>
export type PilotChange = Of<'AppraisalPilotChange'>
export type ItemChange = Of<'AppraisalItemChange'>

const of = (version: string) => ({ params: { path: { version } } })

export const listDrafts = () => body(api.GET('/api/v1/indicator-drafts'))
export const getDraft = (version: string) => body(api.GET('/api/v1/indicator-drafts/{version}', of(version)))
export const getSystem = (version: string) => body(api.GET('/api/v1/indicator-systems/{version}', of(version)))
export const copySystem = (from: string, version: string) => body(api.POST('/api/v1/indicator-drafts', { body: { from, version } }))
export const saveDraft = (version: string, revision: number, system: System) =>
  body(api.PUT('/api/v1/indicator-drafts/{version}', { ...of(version), body: { revision, body: system as components['schemas']['AppraisalSystem'] } }))
export const issueDraft = (version: string, revision: number) => body(api.POST('/api/v1/indicator-drafts/{version}/issue', { ...of(version), body: { revision } }))
export const dropDraft = (version: string) => api.DELETE('/api/v1/indicator-drafts/{version}', of(version))
export const importSystem = (file: File, version: string) => body(api.POST('/api/v1/indicator-drafts/import', formOf({ file, version })))
export const listChanges = (from: string, version: string) => body(api.GET('/api/v1/indicator-systems/{version}/changes', { params: { path: { version }, query: { from } } }))
export const systemAddress = (version: string, format: 'xlsx' | 'yaml') => withQuery(`/api/v1/indicator-systems/${version}/export`, { format })
export const getPilot = (wave: string, from: number, to: number) => body(api.GET('/api/v1/waves/{id}/pilot', { params: { path: { id: wave }, query: { from, to } } }))
export const keepRound = (wave: string, note: string) => body(api.POST('/api/v1/waves/{id}/pilot/rounds', { params: { path: { id: wave } }, body: { note } }))
