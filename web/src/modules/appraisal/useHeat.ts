import { computed } from 'vue'
import { heatLines } from './heat'
import { useScores } from './useScores'

export function useHeat(wave: () => string) {
  const query = useScores(wave, () => ({ by: 'key_point' }))
  const lines = computed(() => heatLines(query.data.value?.items ?? [], query.data.value?.district_items ?? []))
  return { query, lines }
}
