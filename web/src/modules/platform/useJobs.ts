import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import type { Job } from '@/api/types'
import { getJob, listJobs } from './api'

export const isRunning = (job: Pick<Job, 'state'>): boolean => job.state === 'waiting' || job.state === 'running'

/** Long work of the signed-in person; asked again every two seconds while something runs. */
export function useJobs() {
  const query = useQuery({
    queryKey: ['jobs'],
    queryFn: listJobs,
    refetchInterval: (q) => (q.state.data?.items.some(isRunning) ? 2000 : 60_000),
  })
  const jobs = computed(() => query.data.value?.items ?? [])
  return { query, jobs, running: computed(() => jobs.value.filter(isRunning).length) }
}

/** One job, followed until it ends. */
export function useJob(id: () => string | undefined) {
  return useQuery({
    queryKey: ['jobs', id],
    queryFn: () => getJob(id()!),
    enabled: () => !!id(),
    refetchInterval: (q) => (q.state.data && !isRunning(q.state.data) ? false : 800),
  })
}
