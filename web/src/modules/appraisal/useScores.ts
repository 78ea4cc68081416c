import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import type { Rank, Score } from '@/api/types'
import { axisOf } from '@/ui/marks'
import { getRanks, getScores, type ScoreFilter } from './api'

/** A street with everything the table shows about it. */
export interface StreetRow { score: Score; rank?: Rank }

export function useScores(wave: () => string, filter: () => ScoreFilter) {
  return useQuery({ queryKey: ['scores', wave, filter], queryFn: () => getScores(wave(), filter()), enabled: () => !!wave() })
}

/** Streets with scores, intervals and rank sets on one common axis, best first. */
export function useStreetScores(wave: () => string) {
  const scores = useScores(wave, () => ({ by: 'street' }))
  const ranks = useQuery({ queryKey: ['ranks', wave], queryFn: () => getRanks(wave()), enabled: () => !!wave() })
  const rows = computed<StreetRow[]>(() => {
    const byArea = new Map(ranks.data.value?.items.map((rank) => [rank.area_code, rank]))
    return [...(scores.data.value?.items ?? [])].sort((a, b) => b.score - a.score).map((score) => ({ score, rank: byArea.get(score.area_code) }))
  })
  const district = computed(() => scores.data.value?.district ?? null)
  const axis = computed(() => axisOf(rows.value.filter((r) => !r.score.suppressed).map((r) => r.score)))
  return { scores, ranks, rows, district, axis }
}
