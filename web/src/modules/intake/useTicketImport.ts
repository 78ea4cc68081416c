import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, ref } from 'vue'
import { importTickets, listImports, type TicketImport } from './api'

/** A file of tickets: checked first, then taken in. */
export function useTicketImport() {
  const cache = useQueryClient()
  const files = ref<File[]>([])
  const outcome = ref<TicketImport | null>(null)
  const run = useMutation({
    mutationFn: (dryRun: boolean) => importTickets(files.value[0]!, dryRun),
    onSuccess: async (made, dryRun) => {
      outcome.value = made
      await cache.invalidateQueries({ queryKey: ['ticket-imports'] })
      if (!dryRun) await cache.invalidateQueries({ queryKey: ['cases'] })
    },
  })
  const history = useQuery({ queryKey: ['ticket-imports'], queryFn: listImports })
  const again = () => { files.value = []; outcome.value = null; run.reset() }
  return { files, outcome, run, history, again, checked: computed(() => outcome.value?.dry_run === true), finished: computed(() => outcome.value?.dry_run === false) }
}
