import type { components } from '@/api/schema'
import type { Solid } from '@/api/types'
import { api, body, set, withQuery } from '@/kit/http'

type Of<Name extends keyof components['schemas']> = Solid<components['schemas'][Name]>
export type Figure = Of<'TallyFigure'>
export type Metric = Of<'TallyMetric'>
export type Row = Of<'TallyRow'>
export type Table = Of<'TallyTable'>
export type Item = Of<'TallyItem'>
export type Brief = Of<'TallyBrief'>
export type Exclusion = Of<'TallyExclusion'>
export type ScoreRow = Of<'TallyScore'>
export type Period = Of<'TallyPeriod'>

export type By = 'area' | 'unit' | 'category' | 'channel' | 'day' | 'week' | 'month'
export type Side = 'num' | 'den' | 'rest'

/** What is counted: where, of whom, of what, from when until when. */
export interface Scope { area?: string; own?: boolean; unit?: string; category?: string; channel?: string; since: string; until: string }

export const getBook = () => body(api.GET('/api/v1/case-stats/metrics'))
export const getFigures = (metric: string[], scope: Scope, by?: By) => body(api.GET('/api/v1/case-stats', { params: { query: { metric, by, ...set(scope) } } }))
export const listFigure = (metric: string, side: Side, scope: Scope, cursor?: string) =>
  body(api.GET('/api/v1/case-stats/list', { params: { query: { metric, side, limit: 50, cursor, ...set(scope) } } }))
export const getDwells = (scope: Scope) => body(api.GET('/api/v1/case-stats/dwells', { params: { query: set(scope) } }))
export const getScores = (scheme: 'department' | 'street', scope: Scope) =>
  body(api.GET('/api/v1/case-stats/scores/{scheme}', { params: { path: { scheme }, query: set(scope) } }))

export const listExclusions = (cursor?: string) => body(api.GET('/api/v1/case-stats/exclusions', { params: { query: { cursor } } }))
export const decideExclusion = (id: string, approve: boolean, answer: string) =>
  body(api.POST('/api/v1/case-stats/exclusions/{id}/decision', { params: { path: { id } }, body: { approve, answer } }))
export const askExclusion = (case_id: string, ground: string, note: string) => body(api.POST('/api/v1/case-stats/exclusions', { body: { case_id, ground, note } }))

export const listPeriods = () => body(api.GET('/api/v1/case-stats/periods'))
export const freezeMonth = (area: string, month: string) => body(api.POST('/api/v1/case-stats/periods', { body: { area, month } }))

export const listBriefs = (kind?: 'daily' | 'monthly', cursor?: string) => body(api.GET('/api/v1/briefs', { params: { query: { kind, cursor } } }))
export const getBrief = (id: string) => body(api.GET('/api/v1/briefs/{id}', { params: { path: { id } } }))
export const makeBrief = (brief: { kind: 'daily' | 'monthly'; area: string; day: string; remark?: string }) => body(api.POST('/api/v1/briefs', { body: brief }))
export const issueBrief = (id: string, version: number) => body(api.POST('/api/v1/briefs/{id}/issue', { params: { path: { id } }, body: { version } }))
export const briefAddress = (id: string, format: 'docx' | 'xlsx' | 'html') => withQuery(`/api/v1/briefs/${id}/file`, { format })
