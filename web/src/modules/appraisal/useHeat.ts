import { computed } from 'vue'
import { heatLines } from './heat'
import { useScores } from './useScores'

const isDistrict = (code: string) => code.length <= 6

export function useHeat(wave: () => string) {
  const query = useScores(wave, () => ({ by: 'key_point' }))
  const lines = computed(() => {
    const items = query.data.value?.items ?? []
    return heatLines(items.filter((s) => !isDistrict(s.area_code)), items.filter((s) => isDistrict(s.area_code)))
  })
  return { query, lines }
}
