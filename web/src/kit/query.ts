import { MutationCache, QueryCache, QueryClient } from '@tanstack/vue-query'
import { forget } from './session'
import { Problem } from './problem'

function onProblem(error: unknown): void {
  if (error instanceof Problem && error.status === 401) forget()
}

/** One cache of server state; only a missing or failing server is asked again. */
export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: onProblem }),
  mutationCache: new MutationCache({ onError: onProblem }),
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (times, error) => times < 2 && error instanceof Problem && (error.status === 0 || error.status >= 500),
      refetchOnWindowFocus: false,
    },
  },
})
