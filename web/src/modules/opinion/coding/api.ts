import type { components } from '@/api/schema'
import type { Solid } from '@/api/types'
import { api, body, set } from '@/kit/http'
import type { DeskFilter } from './useDesk'

type Schemas = components['schemas']
export type Card = Solid<Schemas['OpinionCard']>
export type Progress = Solid<Schemas['OpinionProgress']>
export type Matter = Solid<Schemas['OpinionMatterView']>
export type Verb = Schemas['OpinionJudgement']['verb']
export interface MatterFilter { wave: string; area?: string; field?: string; least?: number; waiting?: boolean; cursor?: string; limit?: number }

export const deskCards = (filter: DeskFilter, cursor?: string) => body(api.GET('/api/v1/comments/desk', { params: { query: { ...set(filter), wave: filter.wave, cursor, limit: 40 } } }))
export const progressOf = (wave: string) => body(api.GET('/api/v1/comments/progress', { params: { query: { wave } } }))
export const judge = (judgement: Schemas['OpinionJudgement']) => body(api.POST('/api/v1/comments/judgements', { body: judgement }))
export const undoSteps = (wave: string, steps: number) => body(api.POST('/api/v1/comments/judgements/undo', { body: { wave, steps } }))
export const listLeaves = () => body(api.GET('/api/v1/opinions/leaves'))
export const group = (wave: string) => body(api.POST('/api/v1/waves/{id}/comments/group', { params: { path: { id: wave } } }))
export const listMatters = (filter: MatterFilter) => body(api.GET('/api/v1/comments/matters', { params: { query: { ...set(filter), wave: filter.wave } } }))
