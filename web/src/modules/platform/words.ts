import type { Job } from '@/api/types'

/** The page where the work of a job goes on, if it has one. */
export function jobAddress(job: Pick<Job, 'id' | 'kind' | 'result'>): string | null {
  const result = job.result as { wave_id?: string } | null
  if (job.kind.startsWith('survey.') && result?.wave_id) return `/appraisal/${result.wave_id}/import?job=${job.id}`
  if (job.kind.startsWith('appraisal.') && result?.wave_id) return `/appraisal/${result.wave_id}/scores`
  return null
}
