import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed } from 'vue'
import { t } from '@/kit/i18n'
import { done, failed } from '@/ui/toast'
import { caseKeys } from '../useCase'
import { declareEmergency, endEmergency, listEmergencies, type NewEmergency } from './api'

/** Emergencies that last and those before, and the verbs that begin and end one. */
export function useEmergencies() {
  const cache = useQueryClient()
  const refresh = () => Promise.all([...caseKeys, 'case-emergencies'].map((key) => cache.invalidateQueries({ queryKey: [key] })))
  const query = useQuery({ queryKey: ['case-emergencies'], queryFn: listEmergencies })
  const declare = useMutation({
    mutationFn: (e: NewEmergency) => declareEmergency(e),
    onSuccess: (e) => { done(t('已启动，{n} 个计时改为昼夜连续', { n: e.switched })) },
    onError: failed,
    onSettled: refresh,
  })
  const end = useMutation({
    mutationFn: ({ id, version, note }: { id: string; version: number; note: string }) => endEmergency(id, version, note),
    onSuccess: () => { done(t('已结束，剩余时限按工作时间计')) },
    onError: failed,
    onSettled: refresh,
  })
  const all = computed(() => query.data.value?.items ?? [])
  return { query, lasting: computed(() => all.value.filter((e) => !e.ended_at)), past: computed(() => all.value.filter((e) => e.ended_at)), declare, end }
}
