import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed } from 'vue'
import { useFreshWhistles } from '@/kit/useStream'
import { actOnCall, getWhistle, meet, moveWhistle, rateCall, recordSession, type Answer, type Step, type Verb } from './api'

/** One whistle with everything that can be done to it; after each step it is read again. */
export function useWhistle(id: () => string) {
  const cache = useQueryClient()
  const query = useQuery({ queryKey: ['whistle', id], queryFn: () => getWhistle(id()), refetchInterval: 60_000 })
  useFreshWhistles(['whistle'], (event) => event.whistle_id === id())
  const whistle = computed(() => query.data.value)
  const refresh = () => Promise.all(['whistle', 'whistles'].map((key) => cache.invalidateQueries({ queryKey: [key] })))
  const move = useMutation({ mutationFn: (v: { verb: Verb; note: string }) => moveWhistle(id(), v.verb, whistle.value!.version, v.note), onSuccess: refresh })
  const act = useMutation({ mutationFn: (v: { call: string; action: Step; answer: Answer }) => actOnCall(id(), v.call, v.action, v.answer), onSuccess: refresh })
  const rate = useMutation({ mutationFn: (v: { call: string; rating: Parameters<typeof rateCall>[2] }) => rateCall(id(), v.call, v.rating), onSuccess: refresh })
  const invite = useMutation({ mutationFn: (v: Parameters<typeof meet>[1]) => meet(id(), v), onSuccess: refresh })
  const record = useMutation({ mutationFn: (v: { session: string; minutes: Parameters<typeof recordSession>[2] }) => recordSession(id(), v.session, v.minutes), onSuccess: refresh })
  return { query, whistle, move, act, rate, invite, record }
}
