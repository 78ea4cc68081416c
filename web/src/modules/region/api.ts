import type { FeatureCollection, Geometry } from 'geojson'
import type { components } from '@/api/schema'
import type { RegionReport } from '@/api/types'
import { api, body, formOf, set, withQuery } from '@/kit/http'

export type Level = 'subdistrict' | 'community' | 'grid'
export type GridKind = 'composite' | 'dedicated' | 'police'
export interface AreaFilter { parent?: string; within?: string; q?: string; level?: string; kind?: string; limit?: number; cursor?: string }
export interface ShapeFilter { level?: string; within?: string; kind?: string }
export interface ShapeProperties { code: string; name: string; level: string; kind?: string; class?: string; households?: number }

export const listAreas = (filter: AreaFilter) => body(api.GET('/api/v1/regions', { params: { query: set({ ...filter } as object) } }))
export const getArea = (code: string) => body(api.GET('/api/v1/regions/{code}', { params: { path: { code } } }))
/** What an old code is today, after splits and merges. */
export const resolveArea = (code: string) => body(api.GET('/api/v1/regions/resolve', { params: { query: { code } } }))
export const validateAreas = (within: string) => body(api.GET('/api/v1/regions/validation', { params: { query: { within } } }))
export const shapesAddress = (filter: ShapeFilter) => withQuery('/api/v1/regions.geojson', { ...filter })

/** GeoJSON has a format of its own, so the description of the API leaves its body open. */
export const areaShapes = (filter: ShapeFilter) =>
  body(api.GET('/api/v1/regions.geojson', { params: { query: set({ ...filter } as object) }, parseAs: 'json' })) as Promise<unknown> as Promise<FeatureCollection<Geometry, ShapeProperties>>

/** Imports the tree from a table or, for GeoJSON, the polygons. A dry run writes nothing. */
export function importAreas(file: File, options: { dryRun: boolean; keepGood: boolean }): Promise<RegionReport> {
  if (/\.(geo)?json$/i.test(file.name)) return body(api.POST('/api/v1/regions/geometry', formOf({ file })))
  return body(api.POST('/api/v1/regions/imports', { params: { query: { dry_run: options.dryRun, keep_good: options.keepGood } }, ...formOf({ file }) }))
}

type Schemas = components['schemas']
export type AreaChange = Schemas['RegionPatch']
const at = (code: string) => ({ params: { path: { code } } })

/** Corrects name, class or households; a version that is not the present one is refused with the present area. */
export const changeArea = (code: string, change: AreaChange) => body(api.PATCH('/api/v1/regions/{code}', { ...at(code), body: change }))
export const setAlias = (code: string, alias: Schemas['SetAliasInBody']) => body(api.PUT('/api/v1/regions/{code}/aliases', { ...at(code), body: alias }))
export const dropAlias = (code: string, alias: Schemas['SetAliasInBody']) => body(api.DELETE('/api/v1/regions/{code}/aliases', { params: { path: { code }, query: alias } }))
/** The old codes end and keep what was recorded under them; the new area takes their ground. */
export const mergeAreas = (merge: Schemas['MergeInBody']) => body(api.POST('/api/v1/regions/actions/merge', { body: merge }))
/** The old code ends and keeps what was recorded under it; the parts must tile its ground. */
export const splitArea = (code: string, split: Schemas['SplitInBody']) => body(api.POST('/api/v1/regions/{code}/actions/split', { ...at(code), body: split }))
