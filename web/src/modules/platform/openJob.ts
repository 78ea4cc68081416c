import type { Job } from '@/api/types'
import { listImports, listWaves } from '@/modules/survey/api'

/** Kinds of work that have a page of their own. */
export const hasPage = (job: Pick<Job, 'kind' | 'key'>): boolean => job.kind === 'survey.import' || (job.kind === 'integrity.check' && !!job.key)

/** The page where the work of a job goes on; a check names its wave, an import is found by its job among the waves' imports. */
export async function pageOf(job: Pick<Job, 'id' | 'kind' | 'key'>): Promise<string | undefined> {
  if (!hasPage(job)) return undefined
  if (job.kind === 'integrity.check') return `/appraisal/${job.key}/integrity`
  for (const wave of (await listWaves()).items) {
    const found = (await listImports(wave.id)).items.find((i) => i.job_id === job.id)
    if (found) return `/appraisal/${wave.id}/import?import=${found.id}`
  }
  return undefined
}
