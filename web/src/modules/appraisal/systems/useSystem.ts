import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, ref, watch } from 'vue'
import { asProblem } from '@/kit/problem'
import { can } from '@/kit/session'
import { failed } from '@/ui/toast'
import { getDraft, getSystem, issueDraft, saveDraft, type System } from './api'
import { addUp, copyOf } from './tree'

/** A version of the indicator system: an issued one to read, or a draft to write. */
export function useSystem(version: () => string) {
  const cache = useQueryClient()
  const query = useQuery({
    queryKey: ['system', version],
    queryFn: async () => {
      try {
        return { issued: await getSystem(version()), draft: undefined }
      } catch (error) {
        if (asProblem(error).code !== 'appraisal.system_not_found') throw error
        return { issued: undefined, draft: await getDraft(version()) }
      }
    },
  })
  const draft = computed(() => query.data.value?.draft)
  const work = ref<System | null>(null)
  const editable = computed(() => !!draft.value && can('survey.manage'))
  const start = () => { const body = draft.value?.body ?? query.data.value?.issued?.body; work.value = body ? copyOf(body as System) : null }
  watch([() => query.data.value?.issued?.hash, () => draft.value?.revision], start, { immediate: true })
  const changed = computed(() => !!work.value && !!draft.value && JSON.stringify(work.value) !== JSON.stringify(draft.value.body))
  const refresh = () => Promise.all(['system', 'systems', 'changes'].map((key) => cache.invalidateQueries({ queryKey: [key] })))
  const save = useMutation({ mutationFn: () => saveDraft(version(), draft.value!.revision, addUp(work.value!)), onSuccess: refresh, onError: failed })
  const issue = useMutation({ mutationFn: () => issueDraft(version(), draft.value!.revision), onSuccess: refresh, onError: failed })
  return { query, draft, work, editable, changed, save, issue, start }
}
