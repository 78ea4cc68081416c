import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import type { CaseDetail } from '@/api/types'
import { can } from '@/kit/session'
import { decideDuty } from './api'

/** What the responsibility list says about a case that has a category. */
export function useDecision(item: () => CaseDetail) {
  const query = useQuery({
    queryKey: ['duty-decision', () => item().id, () => item().category ?? '', () => item().area_code, () => item().component ?? ''],
    queryFn: () => decideDuty({ category: item().category!, area: item().area_code, component: item().component, source: item().channel }),
    enabled: () => !!item().category && can('duty.read'),
    retry: false,
  })
  return { decision: computed(() => query.data.value), failed: computed(() => query.isError.value || !can('duty.read')) }
}
