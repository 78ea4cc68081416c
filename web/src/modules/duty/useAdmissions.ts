import { useMutation, useQueryClient } from '@tanstack/vue-query'
import { usePages } from '@/kit/usePages'
import { done } from '@/ui/toast'
import { t } from '@/kit/i18n'
import { askAdmission, decideAdmission, listAdmissions, type Admission } from './api'

/** Requests about matters on no list: streets ask, the district decides. */
export function useAdmissions() {
  const cache = useQueryClient()
  const pages = usePages<Admission>(['duty', 'admissions'], (cursor) => listAdmissions(cursor))
  const refresh = () => cache.invalidateQueries({ queryKey: ['duty', 'admissions'] })
  const ask = useMutation({ mutationFn: askAdmission, onSuccess: () => { done(t('已报区里裁定')); void refresh() } })
  const decide = useMutation({
    mutationFn: (v: { item: Admission; admit: boolean; answer: string; until: string }) =>
      decideAdmission(v.item.id, { admit: v.admit, answer: v.answer, version: v.item.version, ...(v.admit && v.until ? { until: new Date(`${v.until}T23:59:59`).toISOString() } : {}) }),
    onSuccess: refresh,
  })
  return { ...pages, ask, decide }
}
