import type { components, paths } from '@/api/schema'
import type { Solid } from '@/api/types'
import { api, body, formOf, set, withQuery } from '@/kit/http'

type Answer<P extends keyof paths> = paths[P] extends { get: { responses: { 200: { content: { 'application/json': infer T } } } } } ? Solid<T> : never
export type Sensor = Answer<'/api/v1/sensors/{id}'>
export type SensorRule = Answer<'/api/v1/sensor-rules'>['items'][number]
export type SensorSource = Answer<'/api/v1/sensor-sources'>['items'][number]
export type SensorKind = Answer<'/api/v1/sensors/kinds'>['items'][number]
export type Series = Answer<'/api/v1/sensors/{id}/readings'>

export type NewSensorRule = components['schemas']['SensorNewRule']
export type Device = components['schemas']['SensorDevice']

export interface SensorFilter { kind?: string; shows?: string; words?: string }
type Query = paths['/api/v1/sensors']['get']['parameters']['query']

export const listSensors = (filter: SensorFilter, cursor?: string) => body(api.GET('/api/v1/sensors', { params: { query: set({ ...filter, cursor, limit: 50 }) as Query } }))
export const countSensors = (filter: SensorFilter) => body(api.GET('/api/v1/sensors/counts', { params: { query: set({ ...filter }) as Query } }))
export const sensorKinds = () => body(api.GET('/api/v1/sensors/kinds'))
export const getSensor = (id: string) => body(api.GET('/api/v1/sensors/{id}', { params: { path: { id } } }))
export const readings = (id: string, metric: string, from: Date, to: Date) => body(api.GET('/api/v1/sensors/{id}/readings', { params: { path: { id }, query: { metric, from: from.toISOString(), to: to.toISOString() } } }))
export const listSensorRules = () => body(api.GET('/api/v1/sensor-rules'))
export const dropSensorRule = (id: string) => body(api.DELETE('/api/v1/sensor-rules/{id}', { params: { path: { id } } }))
export const listSensorSources = () => body(api.GET('/api/v1/sensor-sources'))
export const addSensorSource = (given: components['schemas']['SensorNewSource']) => body(api.POST('/api/v1/sensor-sources', { body: given }))
export const renewSensorSource = (id: string) => body(api.POST('/api/v1/sensor-sources/{id}/token', { params: { path: { id } } }))
export const revokeSensorSource = (id: string) => body(api.DELETE('/api/v1/sensor-sources/{id}', { params: { path: { id } } }))
export const saveSensorRule = (id: string | undefined, given: NewSensorRule) => body(id ? api.PUT('/api/v1/sensor-rules/{id}', { params: { path: { id } }, body: given }) : api.POST('/api/v1/sensor-rules', { body: given }))
export const saveSensor = (id: string | undefined, given: Device) => body(id ? api.PUT('/api/v1/sensors/{id}', { params: { path: { id } }, body: given }) : api.POST('/api/v1/sensors', { body: given }))
export const sensorFile = (filter: SensorFilter, format: string) => withQuery('/api/v1/sensors/file', { ...filter, format })
export const importSensors = (file: File, dryRun: boolean) => body(api.POST('/api/v1/sensors/file', formOf({ file, dry_run: dryRun })))
