import { useQuery } from '@tanstack/vue-query'
import { computed, ref } from 'vue'
import { useStreets } from '@/modules/region/useAreas'
import { decide } from './api'

/** The question "who is responsible here", answered by the list in force. */
export function useAnswer() {
  const { streets } = useStreets()
  const category = ref('')
  const street = ref('')
  const place = computed(() => street.value || streets.value[0]?.code || '')
  const query = useQuery({
    queryKey: ['duty-answer', category, place],
    queryFn: () => decide({ category: category.value, area: place.value }),
    enabled: () => !!category.value && !!place.value,
  })
  return { streets, category, street: computed({ get: () => place.value, set: (v: string) => { street.value = v } }), query }
}
