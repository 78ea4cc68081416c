import type { Job } from '@/api/types'
import { listImports, listWaves } from '@/modules/survey/api'

/** Kinds of work that have a page of their own. */
export const hasPage = (job: Pick<Job, 'kind'>): boolean => job.kind === 'survey.import'

/** The page where the work of a job goes on; an import is found by its job among the waves' imports. */
export async function pageOf(job: Pick<Job, 'id' | 'kind'>): Promise<string | undefined> {
  if (!hasPage(job)) return undefined
  for (const wave of (await listWaves()).items) {
    const found = (await listImports(wave.id)).items.find((i) => i.job_id === job.id)
    if (found) return `/appraisal/${wave.id}/import?import=${found.id}`
  }
  return undefined
}
