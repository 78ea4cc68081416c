import type { components } from '@/api/schema'
import type { Page, Solid } from '@/api/types'
import { api, body, send, set } from '@/kit/http'

type Schemas = components['schemas']
export type Coverage = Solid<Schemas['RoundsCoverage']>
export type CoverageRow = Solid<Schemas['RoundsRow']>
export type SeenPoint = Solid<Schemas['RoundsSeenPoint']>
export type Point = Solid<Schemas['RoundsPoint']>
export type Plan = Solid<Schemas['RoundsPlan']>
export type Task = Solid<Schemas['RoundsTask']>
export type TaskDetail = Solid<Schemas['RoundsDetail']>
export type Stop = Solid<Schemas['RoundsStop']>
export type Walker = Solid<Schemas['RoundsWalker']>
export type PointImport = Solid<Schemas['RoundsPointImport']>
export type NewPoint = Omit<Schemas['RoundsNewPoint'], '$schema'>
export type NewPlan = Omit<Schemas['RoundsNewPlan'], '$schema'>
const at = (id: string) => ({ params: { path: { id } } })

export const coverage = (area: string, from: string, to: string) => body(api.GET('/api/v1/rounds/coverage', { params: { query: { area, from, to } } })) as Promise<Coverage>
export const seenPoints = (area: string, from: string, to: string) => body(api.GET('/api/v1/rounds/coverage/points', { params: { query: { area, from, to } } })) as Promise<Page<SeenPoint>>

export const listPoints = (filter: { area?: string; kind?: string; q?: string; cursor?: string }) => body(api.GET('/api/v1/rounds/points', { params: { query: set(filter) } })) as Promise<Page<Point>>
export const addPoint = (point: NewPoint) => body(api.POST('/api/v1/rounds/points', { body: point }))
export const changePoint = (id: string, version: number, point: NewPoint) => body(api.PUT('/api/v1/rounds/points/{id}', { ...at(id), body: { ...point, version } }))
export const dropPoint = (id: string, version: number) => body(api.DELETE('/api/v1/rounds/points/{id}', { params: { path: { id }, query: { version } } }))
export const pointsFile = (format: string, area = '') => `/api/v1/rounds/points/file?${new URLSearchParams({ format, area })}`
export async function importPoints(file: File, crs: string, dryRun: boolean): Promise<PointImport> {
  const form = new FormData()
  form.append('file', file)
  form.append('crs', crs)
  form.append('dry_run', String(dryRun))
  return (await (await send(new Request(new URL('/api/v1/rounds/points/file', location.origin), { method: 'POST', body: form }))).json()) as PointImport
}

export const walkers = (area: string) => body(api.GET('/api/v1/rounds/walkers', { params: { query: { area } } })) as Promise<Page<Walker>>
export const listPlans = () => body(api.GET('/api/v1/rounds/plans')) as Promise<Page<Plan>>
export const addPlan = (plan: NewPlan) => body(api.POST('/api/v1/rounds/plans', { body: plan }))
export const changePlan = (id: string, version: number, plan: NewPlan) => body(api.PUT('/api/v1/rounds/plans/{id}', { ...at(id), body: { ...plan, version } }))
export const setPlan = (id: string, version: number, state: 'running' | 'paused' | 'ended') => body(api.POST('/api/v1/rounds/plans/{id}/state', { ...at(id), body: { state, version } }))
export const listTasks = (filter: { from: string; to: string; area?: string; plan?: string; state?: string; cursor?: string }) =>
  body(api.GET('/api/v1/rounds/tasks', { params: { query: set({ ...filter, limit: 100 }) as { from: string; to: string } } })) as Promise<Page<Task>>
export const getTask = (id: string) => body(api.GET('/api/v1/rounds/tasks/{id}', at(id))) as Promise<TaskDetail>
export const excuseTask = (id: string, reason: string) => body(api.POST('/api/v1/rounds/tasks/{id}/excuse', { ...at(id), body: { reason } }))
export const photoOf = (task: string, point: string) => `/api/v1/rounds/tasks/${task}/points/${point}/photo`
