import { useQueries, useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { getForm, getSystem } from './api'
import type { Draft } from './usePlan'

/** What a level of evaluation may be made of: the indicators of the system, then scale questions that feed none. */
export interface PlanItem { code: string; name: string; indicator: boolean }

/** Questions answered on the wave's scale. */
const scored = (type: string) => type === 'scale5'

export function usePlanItems(draft: () => Draft) {
  const system = useQuery({ queryKey: ['indicator-system', () => draft().indicator_system], queryFn: () => getSystem(draft().indicator_system), enabled: () => !!draft().indicator_system })
  const forms = useQueries({
    queries: computed(() => [...new Set(Object.values(draft().questionnaires as Record<string, string>))].map((id) => ({ queryKey: ['questionnaire', id], queryFn: () => getForm(id), enabled: !!id }))),
  })
  return computed<PlanItem[]>(() => {
    const out = new Map<string, PlanItem>()
    for (const d of system.data.value?.body.dimensions ?? []) for (const k of d.key_points) for (const i of k.indicators) out.set(i.code, { code: i.code, name: i.name, indicator: true })
    for (const form of forms.value) for (const q of form.data?.form?.questions ?? []) {
      if (scored(q.type) && !q.indicator && !out.has(q.code)) out.set(q.code, { code: q.code, name: q.text, indicator: false })
    }
    for (const level of draft().levels) for (const code of level.items ?? []) if (!out.has(code)) out.set(code, { code, name: '', indicator: false })
    return [...out.values()]
  })
}
