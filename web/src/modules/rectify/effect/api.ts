import type { components } from '@/api/schema'
import { api, body, set, withQuery } from '@/kit/http'

type Schemas = components['schemas']
export type Picture = Schemas['RectifyPicture']
export type Figure = Schemas['RectifyFigure']
export type EffectReport = Schemas['RectifyEffectReport']
export type FieldEffect = Schemas['RectifyFieldEffect']
export type Difference = Schemas['RectifyDifference']
export type Asked = Schemas['RectifyAsked']
export type Standing = Schemas['RectifyStanding']
export type Return = Schemas['RectifyReturn']
export type ItemEffect = Schemas['RectifyItemEffect']
export type By = 'street' | 'unit' | 'field'
export interface ReturnFilter { wave?: string; earlier?: string; state?: Return['state']; kind?: Return['kind']; limit?: number; cursor?: string }

const path = (id: string) => ({ params: { path: { id } } })
export const getPicture = (wave: string) => body(api.GET('/api/v1/rectifications/picture', { params: { query: { wave } } }))
export const getEffect = (wave: string) => body(api.GET('/api/v1/rectifications/effect', { params: { query: { wave } } }))
export const getItemEffect = (id: string) => body(api.GET('/api/v1/rectifications/{id}/effect', path(id)))
export const listStandings = (wave: string, by: By) => body(api.GET('/api/v1/rectifications/standings', { params: { query: { wave, by } } }))
export const listReturns = (filter: ReturnFilter) => body(api.GET('/api/v1/rectification-returns', { params: { query: set(filter) } }))
export const findReturns = (wave: string) => body(api.POST('/api/v1/waves/{id}/returns', path(wave)))
export const confirmReturn = (one: Return) => body(api.POST('/api/v1/rectification-returns/{id}/confirm', { ...path(one.id), body: { version: one.version } }))
export const dismissReturn = (one: Return, note: string) => body(api.POST('/api/v1/rectification-returns/{id}/dismiss', { ...path(one.id), body: { version: one.version, note } }))
export const listAgain = (wave: string) => body(api.GET('/api/v1/waves/{id}/asked-again', path(wave)))
export const chooseAgain = (wave: string) => body(api.POST('/api/v1/waves/{id}/asked-again', { ...path(wave), body: {} }))
export const effectFile = (wave: string) => withQuery('/api/v1/rectifications/effect/export', { wave })
