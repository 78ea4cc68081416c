import { useMutation } from '@tanstack/vue-query'
import { failed } from '@/ui/toast'
import { useItem } from '../useItems'

/** One verb beside the workflow: it runs, the item is read again, a failure is told. */
export function useCourse<T, R>(id: () => string, verb: (input: T) => Promise<R>) {
  const { refresh, query } = useItem(id)
  return useMutation({ mutationFn: verb, onSuccess: refresh, onError: (error: unknown) => { failed(error as Error); void query.refetch() } })
}
