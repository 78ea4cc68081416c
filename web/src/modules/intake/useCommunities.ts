import { useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { listAreas } from '@/modules/region/api'

/** The communities of a street, none while no street is chosen. */
export function useCommunities(street: Ref<string>) {
  const query = useQuery({ queryKey: ['communities', street], queryFn: () => listAreas({ parent: street.value, limit: 200 }), enabled: () => !!street.value, staleTime: 600_000 })
  return { communities: computed(() => (street.value ? query.data.value?.items ?? [] : [])) }
}
