import type { components } from '@/api/schema'
import type { Solid } from '@/api/types'
import { api, body, set, withQuery } from '@/kit/http'

type Schemas = components['schemas']
type Of<Name extends keyof Schemas> = Solid<Schemas[Name]>
export type Whistle = Of<'Whistle'>
export type WhistleDetail = Of<'WhistleDetail'>
export type Call = Of<'WhistleCall'>
export type WhistleClock = Of<'WhistleClock'>
export type Session = Of<'WhistleSession'>
export type Score = Of<'WhistleScore'>
export type Findings = Of<'WhistleFindings'>
export type RuleOf = Of<'WhistleRuleOf'>
export type Limits = Of<'WhistleLimits'>
export type LimitRule = Of<'WhistleLimitRule'>
export type Answer = Schemas['WhistleAnswer']
export type NewWhistle = Schemas['WhistleNewWhistle']
export type Kind = Whistle['kind']
export interface WhistleFilter { todo?: boolean; open?: boolean; kind?: Kind; case?: string; q?: string; cursor?: string; limit?: number }

const at = (id: string) => ({ params: { path: { id } } })

export const listWhistles = (filter: WhistleFilter) => body(api.GET('/api/v1/whistles', { params: { query: set({ ...filter }) } }))
export const whistleFile = (filter: Pick<WhistleFilter, 'todo' | 'open' | 'kind'>) => withQuery('/api/v1/whistle-file', set({ ...filter }) as Record<string, string>)
export const listWhistleLimits = () => body(api.GET('/api/v1/whistle-limits'))
export const setWhistleLimits = (version: number, rules: LimitRule[], note: string) => body(api.POST('/api/v1/whistle-limits', { body: { version, rules, note } }))
export const getWhistle = (id: string) => body(api.GET('/api/v1/whistles/{id}', at(id)))
export const getRules = () => body(api.GET('/api/v1/whistle-rules'))
export const getFindings = (item: string) => body(api.GET('/api/v1/whistle-findings', { params: { query: { case: item } } }))
export const listScores = () => body(api.GET('/api/v1/whistle-scores'))
export const draftWhistle = (draft: NewWhistle) => body(api.POST('/api/v1/whistles', { body: draft }))
export const redraftWhistle = (id: string, draft: Schemas['WhistleRedraft']) => body(api.PUT('/api/v1/whistles/{id}', { ...at(id), body: draft }))

export type Verb = 'check' | 'approve' | 'blow' | 'withdraw' | 'close'
type Word = Schemas['WhistleWord']
const verbs = {
  check: (id: string, word: Word) => body(api.POST('/api/v1/whistles/{id}/actions/check', { ...at(id), body: word })),
  approve: (id: string, word: Word) => body(api.POST('/api/v1/whistles/{id}/actions/approve', { ...at(id), body: word })),
  blow: (id: string, word: Word) => body(api.POST('/api/v1/whistles/{id}/actions/blow', { ...at(id), body: word })),
  withdraw: (id: string, word: Word) => body(api.POST('/api/v1/whistles/{id}/actions/withdraw', { ...at(id), body: word })),
  close: (id: string, word: Word) => body(api.POST('/api/v1/whistles/{id}/actions/close', { ...at(id), body: word })),
}
export const moveWhistle = (id: string, verb: Verb, version: number, note: string) => verbs[verb](id, { version, ...(note ? { note } : {}) })

export type Step = 'sign' | 'contact' | 'report' | 'commit' | 'keep' | 'done' | 'refuse' | 'accept' | 'return' | 'bind' | 'release' | 'urge'
export const actOnCall = (id: string, call: string, action: Step, answer: Answer) =>
  body(api.POST('/api/v1/whistles/{id}/calls/{call}/actions/{action}', { params: { path: { id, call, action } }, body: answer }))
export const rateCall = (id: string, call: string, rating: Schemas['WhistleNewRating']) => body(api.POST('/api/v1/whistles/{id}/calls/{call}/ratings', { params: { path: { id, call } }, body: rating }))
export const meet = (id: string, session: Schemas['WhistleNewSession']) => body(api.POST('/api/v1/whistles/{id}/sessions', { ...at(id), body: session }))
export const recordSession = (id: string, session: string, minutes: Schemas['WhistleMinutes']) =>
  body(api.PUT('/api/v1/whistles/{id}/sessions/{session}', { params: { path: { id, session } }, body: minutes }))
