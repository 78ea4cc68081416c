import { api, body } from '@/kit/http'

const path = (id: string) => ({ params: { path: { id } } })

export const listSettlements = () => body(api.GET('/api/v1/settlements'))
export const getSettlement = (id: string) => body(api.GET('/api/v1/settlements/{id}', path(id)))
export const verifySettlement = (id: string) => body(api.GET('/api/v1/settlements/{id}/verification', path(id)))
export const settleYear = (area: string, year: number, reason?: string) => body(api.POST('/api/v1/settlements', { body: { area, year, reason } }))
export const signSettlement = (id: string, change: { version: number; note?: string }) => body(api.POST('/api/v1/settlements/{id}/sign', { ...path(id), body: change }))
export const dropSettlement = (id: string, change: { version: number; note?: string }) => body(api.POST('/api/v1/settlements/{id}/drop', { ...path(id), body: change }))
export const exportAddress = (id: string) => `/api/v1/settlements/${id}/export`

export type Ground = 'computation' | 'data' | 'responsibility' | 'procedure'
export const listAppeals = (id: string) => body(api.GET('/api/v1/settlements/{id}/appeals', path(id)))
export const makeAppeal = (id: string, ground: Ground, claim: string) => body(api.POST('/api/v1/settlements/{id}/appeals', { ...path(id), body: { ground, claim } }))
export const decideAppeal = (id: string, decision: { version: number; uphold: boolean; answer: string; points?: number }) =>
  body(api.POST('/api/v1/appeals/{id}/decide', { ...path(id), body: decision }))
export const withdrawAppeal = (id: string, version: number) => body(api.POST('/api/v1/appeals/{id}/withdraw', { ...path(id), body: { version } }))

export const whyStreet = (wave: string, street: string) => body(api.GET('/api/v1/waves/{id}/streets/{street}/why', { params: { path: { id: wave, street } } }))
