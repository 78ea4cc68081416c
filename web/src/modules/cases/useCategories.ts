import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { getCategories } from './api'

/** The tree of categories: groups of leaves for choosing, one leaf by code. */
export function useCategories() {
  const { data, isPending } = useQuery({ queryKey: ['duty-categories'], queryFn: getCategories, staleTime: Infinity })
  const groups = computed(() => (data.value?.classes ?? []).flatMap((c) => c.groups.map((g) => ({ code: g.code, name: `${c.name} / ${g.name}`, leaves: g.leaves }))))
  const byCode = computed(() => new Map(groups.value.flatMap((g) => g.leaves.map((l) => [l.code, l] as const))))
  return { groups, isPending, leaf: (code: string | undefined) => byCode.value.get(code ?? '') }
}
