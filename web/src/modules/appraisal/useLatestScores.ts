import { useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { listWaves } from '@/modules/survey/api'
import { getScores } from './api'
import { isShown } from './shown'

const scored = ['scored', 'reviewed', 'published', 'archived']

/** Scores of the newest scored wave by area code; suppressed areas are absent. */
export function useLatestScores(wanted: () => boolean, level: Ref<string>) {
  const by = computed(() => (level.value === 'community' ? 'community' as const : 'street' as const))
  const query = useQuery({
    queryKey: ['scores', 'latest', by],
    enabled: () => wanted() && level.value !== 'grid',
    queryFn: async () => {
      const wave = (await listWaves()).items.find((w) => scored.includes(w.state))
      return wave ? (await getScores(wave.id, { by: by.value })).items : []
    },
  })
  return computed(() => new Map((wanted() && level.value !== 'grid' ? (query.data.value ?? []) : []).filter(isShown).map((s) => [s.area_code, s.score])))
}
