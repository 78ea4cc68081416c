import type { components } from '@/api/schema'
import type { Solid } from '@/api/types'
import { api, body, set } from '@/kit/http'

type Schemas = components['schemas']
export type Models = Solid<Schemas['OpinionModels']>
export type Version = Solid<Schemas['OpinionVersion']>
export type Round = Solid<Schemas['OpinionRound']>
export type Report = Solid<Schemas['OpinionReport']>
export type Pair = Solid<Schemas['OpinionPair']>
export type Praise = Solid<Schemas['OpinionPraise']>
const path = (id: string) => ({ params: { path: { id } } })

export const listModels = () => body(api.GET('/api/v1/opinions/models'))
export const trainModel = () => body(api.POST('/api/v1/opinions/models'))
export const activateModel = (version: string, reason: string) => body(api.POST('/api/v1/opinions/models/active', { body: { version, reason } }))
export const resuggest = (wave: string) => body(api.POST('/api/v1/waves/{id}/comments/resuggest', path(wave)))
export const listRounds = (wave: string) => body(api.GET('/api/v1/opinions/doubles', { params: { query: { wave } } }))
export const drawRound = (wave_id: string, title: string, size: number) => body(api.POST('/api/v1/opinions/doubles', { body: { wave_id, title, size } }))
export const reportOf = (id: string) => body(api.GET('/api/v1/opinions/doubles/{id}/report', path(id)))
export const blindOf = (id: string) => body(api.GET('/api/v1/opinions/doubles/{id}/blind', { params: { path: { id }, query: { limit: 20 } } }))
export const codeSecond = (id: string, pos: number, code: string) => body(api.POST('/api/v1/opinions/doubles/{id}/pairs/{pos}/second', { params: { path: { id, pos } }, body: { code } }))
export const settle = (id: string, pos: number, code: string, reason: string) => body(api.POST('/api/v1/opinions/doubles/{id}/pairs/{pos}/final', { params: { path: { id, pos } }, body: { code, reason } }))
export const listPraise = (filter: { wave: string; waiting?: boolean; cursor?: string }) => body(api.GET('/api/v1/opinions/praise', { params: { query: { ...set(filter), limit: 30 } } }))
export const countPraise = (wave: string) => body(api.GET('/api/v1/opinions/praise/targets', { params: { query: { wave } } }))
export const passThanks = (id: string, target: string, words: string) => body(api.POST('/api/v1/comments/{id}/thanks', { ...path(id), body: { target, words } }))
