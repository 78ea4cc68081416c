import type { Cost } from '@/api/types'
import { api, body, set } from '@/kit/http'

/** Analyses of a scored wave. Everything but the slices needs a result; slices work while answers come in. */
const wave = (id: string) => ({ path: { id } })

export const getChange = (id: string, code: string, against: string) => body(api.GET('/api/v1/waves/{id}/change', { params: { ...wave(id), query: set({ code, against }) } }))
export const getDrivers = (id: string, street: string) => body(api.GET('/api/v1/waves/{id}/drivers', { params: { ...wave(id), query: set({ street }) } }))
export const getReliability = (id: string) => body(api.GET('/api/v1/waves/{id}/reliability', { params: wave(id) }))
export const getCommunities = (id: string, code: string, street: string) => body(api.GET('/api/v1/waves/{id}/communities', { params: { ...wave(id), query: set({ code, street }) } }))
export const getRecommendations = (id: string) => body(api.GET('/api/v1/waves/{id}/recommendations', { params: wave(id) }))
export const getSensitivity = (id: string) => body(api.GET('/api/v1/waves/{id}/sensitivity', { params: wave(id) }))
export const getCosts = (id: string) => body(api.GET('/api/v1/waves/{id}/costs', { params: wave(id) }))
export const putCosts = (id: string, items: Cost[]) => body(api.PUT('/api/v1/waves/{id}/costs', { params: wave(id), body: { items } }))
export const verifyRun = (id: string) => body(api.GET('/api/v1/waves/{id}/verification', { params: wave(id) }))

export type Trait = 'street' | 'community' | 'group' | 'sex' | 'age'
export interface SliceFilter { by: Trait; code?: string; street?: string; group?: 'elder' | 'adult' | 'unit'; sex?: 'm' | 'f'; age?: string; channel?: 'targeted' | 'online' }
export const getSlice = (id: string, filter: SliceFilter) => body(api.GET('/api/v1/waves/{id}/slice', { params: { ...wave(id), query: set(filter) } }))
/** What the online sample is worth beside the probability sample; neither is an official score. */
export const getMerits = (id: string, code: string, street: string) => body(api.GET('/api/v1/waves/{id}/merits', { params: { ...wave(id), query: set({ code, street }) } }))
export const getOnlineAdjustment = (id: string) => body(api.GET('/api/v1/waves/{id}/online-adjustment', { params: wave(id) }))
