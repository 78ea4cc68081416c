import { computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { useWaves } from '@/modules/survey/useWaves'

/** The wave a page is about, kept in its address; the newest unless one is named. */
export function useWave() {
  const route = useRoute()
  const router = useRouter()
  const { waves } = useWaves()
  const wave = computed({ get: () => String(route.query['wave'] ?? '') || waves.value[0]?.id || '', set: (id) => void router.replace({ query: { ...route.query, wave: id } }) })
  const options = computed(() => waves.value.map((w) => ({ value: w.id, label: w.name })))
  return { wave, options }
}
