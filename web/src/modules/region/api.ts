import type { Area, AreaDetail, Finding, ImportReport, Page } from '@/api/types'
import { http, withQuery } from '@/kit/http'
import type { FeatureCollection, Geometry } from 'geojson'

export type Level = 'street' | 'community' | 'grid'
export interface AreaFilter { parent?: string; within?: string; q?: string; level?: string; kind?: string; limit?: number; cursor?: string }

export const listAreas = (filter: AreaFilter) => http.get<Page<Area>>('/api/v1/regions', { ...filter })
export const getArea = (code: string) => http.get<AreaDetail>(`/api/v1/regions/${encodeURIComponent(code)}`)
export const areaShapes = (filter: { level?: string; within?: string; kind?: string }) =>
  http.get<FeatureCollection<Geometry, ShapeProperties>>('/api/v1/regions.geojson', { ...filter })
export const validateAreas = (within?: string) => http.get<{ items: Finding[] }>('/api/v1/regions/validation', { within })

export interface ShapeProperties { code: string; name: string; level: string; kind?: string; class?: string; households?: number }

/** Imports the tree (CSV) or the polygons (GeoJSON); a dry run writes nothing. */
export function importAreas(file: File, dryRun: boolean): Promise<ImportReport> {
  const form = new FormData()
  form.set('file', file)
  form.set('dry_run', String(dryRun))
  return http.post<ImportReport>('/api/v1/regions/imports', form)
}

export const shapesAddress = (filter: { level: string; within: string }) => withQuery('/api/v1/regions.geojson', filter)
