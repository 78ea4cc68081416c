import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, ref, watch, type Ref } from 'vue'
import { asProblem, type Problem } from '@/kit/problem'
import { isRunning, useJob } from '@/modules/platform/useJobs'
import { getImport, importAnswers } from './api'

/** An import of answers as background work: it goes on when the page is left, and its report is found again by its job. */
export function useAnswerImport(wave: () => string, jobId: Ref<string | undefined>) {
  const cache = useQueryClient()
  const starting = ref(false)
  const problem = ref<Problem | null>(null)
  const followed = useJob(() => jobId.value)
  const job = computed(() => (jobId.value ? followed.data.value : undefined))
  const ended = computed(() => !!job.value && !isRunning(job.value))
  const result = useQuery({ queryKey: ['import', jobId], queryFn: () => getImport(jobId.value!), enabled: ended })
  const report = computed(() => (ended.value ? result.data.value : undefined))

  watch(ended, (now) => {
    if (!now) return
    for (const key of ['wave', 'waves', 'jobs']) void cache.invalidateQueries({ queryKey: [key] })
  })

  /** Returns the id of the started job, or undefined when the file was refused at once. */
  async function start(file: File, options: { dryRun: boolean; partial: boolean }): Promise<string | undefined> {
    starting.value = true
    problem.value = null
    try {
      return (await importAnswers(wave(), file, options)).job_id
    } catch (error) {
      problem.value = asProblem(error)
      return undefined
    } finally {
      starting.value = false
    }
  }

  const busy = computed(() => starting.value || (!!job.value && isRunning(job.value)))
  return { job, report, start, busy, problem }
}
