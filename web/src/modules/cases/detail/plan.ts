import { ref, watch, inject, provide, type InjectionKey, type Ref } from 'vue'
import type { ActionForm } from '../actions/form'

/** Who is to lead and assist, chosen beside the suggestion before the dispatch is confirmed. */
export type Plan = Pick<ActionForm, 'lead_unit' | 'co_units'>
const key: InjectionKey<Ref<Plan>> = Symbol('plan')
const empty = (): Plan => ({ lead_unit: '', co_units: [] })

/** One plan per case: another case starts empty. */
export function providePlan(id: () => string): Ref<Plan> {
  const plan = ref(empty())
  watch(id, () => { plan.value = empty() })
  provide(key, plan)
  return plan
}

export const usePlan = (): Ref<Plan> => inject(key, () => ref(empty()), true)
