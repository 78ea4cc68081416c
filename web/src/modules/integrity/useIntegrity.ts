import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, ref, watch } from 'vue'
import { can } from '@/kit/session'
import { isRunning, useJob, useJobs } from '@/modules/platform/useJobs'
import { failed } from '@/ui/toast'
import { decide as send, getIntegrity, startCheck, type Choice } from './api'

/** The state of a wave's check, the job that runs it, and the decisions that change it. */
export function useIntegrity(wave: () => string) {
  const cache = useQueryClient()
  const query = useQuery({ queryKey: ['integrity', wave, 'overview'], queryFn: () => getIntegrity(wave()) })
  const jobId = ref<string>()
  const job = useJob(() => jobId.value)
  // A check that was started before the page was loaded goes on being followed.
  const { jobs } = useJobs()
  const ended = new Set<string>()
  const begun = computed(() => jobs.value.find((j) => j.kind === 'integrity.check' && j.key === wave() && isRunning(j) && !ended.has(j.id))?.id)
  watch(begun, (id) => { if (id) jobId.value = id }, { immediate: true })
  const running = computed(() => !!jobId.value && (!job.data.value || isRunning(job.data.value)))
  const refresh = () => cache.invalidateQueries({ queryKey: ['integrity'] })

  watch(() => job.data.value?.state, (state) => {
    if (state === 'done' || state === 'failed') {
      ended.add(jobId.value!)
      if (state === 'done') jobId.value = undefined
      void refresh()
      void cache.invalidateQueries({ queryKey: ['sensitivity'] })
    }
  })
  const start = useMutation({ mutationFn: () => startCheck(wave()), onSuccess: (out) => { jobId.value = out.job_id }, onError: failed })
  const decide = useMutation({
    mutationFn: (choice: Choice) => send(wave(), choice),
    onSuccess: () => { void refresh(); void cache.invalidateQueries({ queryKey: ['sensitivity'] }) },
    onError: failed,
  })
  const overview = computed(() => query.data.value)
  const mayDecide = computed(() => can('integrity.decide') && !!overview.value?.judgeable)
  return { query, overview, job: computed(() => job.data.value), running, start, decide, mayDecide, refresh }
}
