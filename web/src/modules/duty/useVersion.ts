import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed } from 'vue'
import { can } from '@/kit/session'
import { failed } from '@/ui/toast'
import { addRule, changeRule, discardVersion, dropRule, getVersion, publishVersion, reviewVersion, type Rule } from './api'

/** A version of the list with its rules, what is wrong with it, and the verbs of a draft. */
export function useVersion(id: () => string) {
  const cache = useQueryClient()
  const query = useQuery({ queryKey: ['duty', 'version', id], queryFn: () => getVersion(id()) })
  const review = useQuery({ queryKey: ['duty', 'review', id], queryFn: () => reviewVersion(id()) })
  const version = computed(() => query.data.value)
  const editable = computed(() => version.value?.state === 'draft' && can('duty.manage'))
  const refresh = () => cache.invalidateQueries({ queryKey: ['duty'] })
  const after = { onSuccess: refresh, onError: failed }
  const save = useMutation({ mutationFn: (rule: Rule) => (rule.id ? changeRule(rule.id, rule) : addRule(id(), rule)), onSuccess: refresh })
  const drop = useMutation({ mutationFn: (rule: string) => dropRule(rule), ...after })
  const discard = useMutation({ mutationFn: () => discardVersion(id()), ...after })
  const publish = useMutation({ mutationFn: (from: string) => publishVersion(id(), version.value!.version, from || undefined), onSuccess: refresh })
  return { query, review, version, editable, refresh, save, drop, discard, publish }
}
