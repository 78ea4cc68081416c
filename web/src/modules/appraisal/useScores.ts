import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import type { Rank, Score } from '@/api/types'
import { listWaves } from '@/modules/survey/api'
import { axisOf } from '@/ui/marks'
import { getChange } from './analysisApi'
import { getRanks, getScores, type ScoreFilter } from './api'
import { rankDistributions } from './rankDistribution'
import { claimOf, isShown, type Change } from './shown'

/** A street with everything the table shows about it. `score` is what the ranks are made of. */
export interface StreetRow { code: string; name: string; score: Score; rank?: Rank; distribution: number[]; change: Change | null }

const scored = ['scored', 'reviewed', 'published', 'archived']

export function useScores(wave: () => string, filter: () => ScoreFilter) {
  return useQuery({ queryKey: ['scores', wave, filter], queryFn: () => getScores(wave(), filter()), enabled: () => !!wave() })
}

/** The scored wave before this one, for the change; the list is newest first. */
export function usePreviousWave(wave: () => string) {
  const { data } = useQuery({ queryKey: ['waves'], queryFn: listWaves })
  return computed(() => {
    const list = (data.value?.items ?? []).filter((w) => scored.includes(w.state))
    const at = list.findIndex((w) => w.id === wave())
    return at >= 0 ? list[at + 1] : undefined
  })
}

/** Streets with scores, intervals and rank sets on one common axis, best first. */
export function useStreetScores(wave: () => string) {
  const scores = useScores(wave, () => ({ by: 'street' }))
  const ranks = useQuery({ queryKey: ['ranks', wave], queryFn: () => getRanks(wave()), enabled: () => !!wave() })
  const previous = usePreviousWave(wave)
  const moved = useQuery({ queryKey: ['change', wave, ''], queryFn: () => getChange(wave(), '', ''), enabled: () => !!previous.value && !!scores.data.value })
  const distributions = computed(() => rankDistributions(ranks.data.value?.items ?? []))
  const rows = computed<StreetRow[]>(() => {
    const byArea = new Map(ranks.data.value?.items.map((rank) => [rank.area_code, rank]))
    const changes = new Map(moved.data.value?.streets.map((change) => [change.area_code, change]))
    return (scores.data.value?.items ?? []).map((positive) => {
      const rank = byArea.get(positive.area_code)
      // Where the ranks rest on the total of three parts, that total is the score to show.
      const score = rank && ranks.data.value?.basis === 'total' ? { ...positive, score: rank.score, se: rank.se, low: rank.low, high: rank.high } : positive
      return { code: positive.area_code, name: positive.area_name, score, rank, distribution: distributions.value.get(positive.area_code) ?? [], change: claimOf(changes.get(positive.area_code)) }
    }).sort((a, b) => (b.score.score ?? -1) - (a.score.score ?? -1))
  })
  const district = computed(() => (isShown(scores.data.value?.district) ? scores.data.value.district : null))
  const axis = computed(() => axisOf(rows.value.map((row) => row.score).filter(isShown)))
  return { scores, ranks, rows, district, axis, previous }
}
