import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed } from 'vue'
import { t } from '@/kit/i18n'
import { done, failed } from '@/ui/toast'
import { useCategories } from '../useCategories'
import { listLimits, setLimits, type LimitRule } from './api'

/** Versions of the limits, the one in force first, and the verb that puts another in force. */
export function useLimits() {
  const cache = useQueryClient()
  const { groups, leaf } = useCategories()
  const query = useQuery({ queryKey: ['case-limits'], queryFn: listLimits })
  const save = useMutation({
    mutationFn: ({ version, rules, note }: { version: number; rules: LimitRule[]; note: string }) => setLimits(version, rules, note),
    onSuccess: () => { done(t('新版时限已生效')) },
    onError: failed,
    onSettled: () => cache.invalidateQueries({ queryKey: ['case-limits'] }),
  })
  const nameOf = (code: string): string => leaf(code)?.name ?? groups.value.find((g) => g.code === code)?.name ?? groups.value.find((g) => g.code.startsWith(code))?.name.split(' / ')[0] ?? code
  return { query, versions: computed(() => query.data.value?.items ?? []), save, nameOf }
}
