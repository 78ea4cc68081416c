import type { FeatureCollection, Geometry } from 'geojson'
import type { components } from '@/api/schema'
import type { Solid } from '@/api/types'
import { api, body } from '@/kit/http'
import { areaShapes } from '@/modules/region/api'

export type Picture = Solid<components['schemas']['WallPicture']>
export type Alert = Solid<components['schemas']['WallAlert']>
export type Judged = Solid<components['schemas']['WallJudged']>
export type Screen = Solid<components['schemas']['WallScreen']>
export type Ground = FeatureCollection<Geometry, { code: string; name: string; level: string; kind?: string; label: [number, number] }>

export const picture = (area: string, theme: string) => body(api.GET('/api/v1/wall/picture', { params: { query: { area: area || undefined, theme } } })) as Promise<Picture>
export const ground = (level: string, within: string, kind?: string) => areaShapes({ level, within, kind } as Parameters<typeof areaShapes>[0]) as Promise<unknown> as Promise<Ground>
export const screens = () => body(api.GET('/api/v1/wall/screens')) as Promise<{ items: Screen[] }>
export const addScreen = (given: { label: string; area_code: string; days: number }) => body(api.POST('/api/v1/wall/screens', { body: given })) as Promise<Screen & { token: string }>
export const revokeScreen = (id: string) => api.DELETE('/api/v1/wall/screens/{id}', { params: { path: { id } } })
