import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { useRoute } from 'vue-router'
import type { PublicResult, Rank } from '@/api/types'
import { publicResult, publicWaves } from './publicApi'

/** The published wave the page is about: the asked one, else the newest. */
export function usePublicResult() {
  const route = useRoute()
  const waves = useQuery({ queryKey: ['public', 'waves'], queryFn: publicWaves })
  const list = computed(() => waves.data.value?.items ?? [])
  const wave = computed(() => list.value.find((w) => w.id === route.query.wave) ?? list.value[0])
  const result = useQuery({ queryKey: ['public', 'result', () => wave.value?.id], queryFn: () => publicResult(wave.value!.id), enabled: () => !!wave.value })
  const loading = computed(() => waves.isPending.value || (!!wave.value && result.isPending.value))
  const error = computed(() => waves.error.value ?? result.error.value)
  return { waves: list, wave, result: computed(() => result.data.value), loading, error, retry: () => { void waves.refetch(); void result.refetch() } }
}

/** The official row of a street: all groups, the probability sample. */
export const streetOf = (result: PublicResult | undefined, code: string) => result?.streets.find((s) => s.area_code === code)

/** Streets whose rank range overlaps this one: nobody can say which of them is ahead. */
export const tiedWith = (rank: Rank, all: Rank[]): Rank[] => all.filter((other) => other.area_code !== rank.area_code && other.best <= rank.worst && other.worst >= rank.best)
