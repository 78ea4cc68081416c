import type { ImportReport, Page, Wave } from '@/api/types'
import { http } from '@/kit/http'

export const listWaves = () => http.get<Page<Wave>>('/api/v1/waves', { limit: 50 })
export const getWave = (id: string) => http.get<Wave>(`/api/v1/waves/${id}`)
export const moveWave = (id: string, action: string, body: { version: number; note?: string }) => http.post<Wave>(`/api/v1/waves/${id}/actions/${action}`, body)
export const getImport = (id: string) => http.get<ImportReport>(`/api/v1/imports/${id}`)
export const templateAddress = (id: string, format: 'xlsx' | 'csv') => `/api/v1/waves/${id}/import-template?format=${format}`

export interface StartedImport { job_id: string; import_id?: string }

/** Starts the import as background work; a dry run checks every row and writes nothing. */
export function importAnswers(wave: string, file: File, options: { dryRun: boolean; partial: boolean }): Promise<StartedImport> {
  const form = new FormData()
  form.set('file', file)
  form.set('dry_run', String(options.dryRun))
  form.set('partial', String(options.partial))
  return http.post<StartedImport>(`/api/v1/waves/${wave}/imports`, form)
}
