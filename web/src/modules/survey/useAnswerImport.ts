import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, ref, watch, type Ref } from 'vue'
import { asProblem, type Problem } from '@/kit/problem'
import { useJob } from '@/modules/platform/useJobs'
import { commitImport, getImport, importAnswers, type ImportPolicy } from './api'

const running = (state?: string) => state === 'waiting' || state === 'running'

/**
 * An import of answers as background work. It goes on when the page is left; its id in the address finds it again.
 * The file is checked first and kept, so that committing needs no second upload.
 */
export function useAnswerImport(wave: () => string, importId: Ref<string | undefined>) {
  const cache = useQueryClient()
  const starting = ref(false)
  const problem = ref<Problem | null>(null)
  const query = useQuery({
    queryKey: ['import', importId],
    queryFn: () => getImport(importId.value!),
    enabled: () => !!importId.value,
    refetchInterval: (q) => (running(q.state.data?.state) ? 600 : false),
  })
  const view = computed(() => (importId.value ? query.data.value : undefined))
  const pending = computed(() => running(view.value?.state))
  const job = useJob(() => (pending.value ? view.value?.job_id : undefined))
  const report = computed(() => (view.value && !pending.value && view.value.state === 'done' ? view.value : undefined))

  watch(report, (now) => {
    if (now?.committed) for (const key of ['wave', 'waves']) void cache.invalidateQueries({ queryKey: [key] })
    void cache.invalidateQueries({ queryKey: ['jobs'] })
  })

  async function run(work: () => Promise<{ id: string }>): Promise<string | undefined> {
    starting.value = true
    problem.value = null
    try {
      return (await work()).id
    } catch (error) {
      problem.value = asProblem(error)
      return undefined
    } finally {
      starting.value = false
    }
  }

  const check = (file: File, policy: ImportPolicy) => run(() => importAnswers(wave(), file, policy))
  const commit = (policy: ImportPolicy) => run(() => commitImport(importId.value!, policy))
  const busy = computed(() => starting.value || pending.value)
  return { view, job: computed(() => job.data.value), report, pending, check, commit, busy, problem }
}
