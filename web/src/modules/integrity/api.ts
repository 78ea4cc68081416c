import type { components } from '@/api/schema'
import type { Solid } from '@/api/types'
import { api, body, set, withQuery } from '@/kit/http'

export type Overview = Solid<components['schemas']['IntegrityOverview']>
export type Row = Solid<components['schemas']['IntegrityRow']>
export type Detail = Solid<components['schemas']['IntegrityDetail']>
export type FindingRow = Solid<components['schemas']['IntegrityFindingRow']>
export type Decision = Solid<components['schemas']['IntegrityDecision']>
export type Choice = components['schemas']['IntegrityChoice']
export type Verdict = 'open' | 'keep' | 'set_aside'
export interface RowFilter { verdict?: Verdict; flag?: string; street?: string; channel?: 'targeted' | 'online'; finding?: string; cursor?: string; limit?: number }

const of = (id: string) => ({ path: { id } })

export const getIntegrity = (wave: string) => body(api.GET('/api/v1/waves/{id}/integrity', { params: of(wave) }))
export const startCheck = (wave: string) => body(api.POST('/api/v1/waves/{id}/integrity/checks', { params: of(wave) }))
export const listFindings = (wave: string) => body(api.GET('/api/v1/waves/{id}/integrity/findings', { params: of(wave) }))
export const listRows = (wave: string, filter: RowFilter) => body(api.GET('/api/v1/waves/{id}/integrity/answers', { params: { ...of(wave), query: set(filter) } }))
export const getRow = (wave: string, answer: string) => body(api.GET('/api/v1/waves/{id}/integrity/answers/{answer}', { params: { path: { id: wave, answer } } }))
export const listDecisions = (wave: string) => body(api.GET('/api/v1/waves/{id}/integrity/decisions', { params: of(wave) }))
export const decide = (wave: string, choice: Choice) => body(api.POST('/api/v1/waves/{id}/integrity/decisions', { params: of(wave), body: choice }))
export const getSensitivity = (wave: string) => body(api.GET('/api/v1/waves/{id}/sensitivity', { params: of(wave) }))
export const exportAddress = (wave: string, format: 'xlsx' | 'csv') => withQuery(`/api/v1/waves/${wave}/integrity/export`, { format })
