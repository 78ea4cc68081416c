import type { components } from '@/api/schema'
import { api, body } from '@/kit/http'

export type DutySession = components['schemas']['PatrolSession']
export type Fix = components['schemas']['PatrolFix']
export type Tracker = components['schemas']['PatrolDevice']
export type Looked = components['schemas']['PatrolLooked']

export const getDuty = () => body(api.GET('/api/v1/patrol/duty'))
export const openDuty = () => body(api.POST('/api/v1/patrol/duty', { body: {} }))
export const endDuty = () => body(api.DELETE('/api/v1/patrol/duty'))
export const sendPoints = (points: Fix[]) => body(api.POST('/api/v1/patrol/points', { body: { points } }))
export const getLooks = () => body(api.GET('/api/v1/patrol/looks'))
