import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed } from 'vue'
import { failed } from '@/ui/toast'
import { actOnCase, actOnPart, getCase, getWorkflow, type CaseMove, type PartAction, type PartMove } from './api'

/** What a move of a case changes elsewhere on the screen. */
export const caseKeys = ['case', 'cases', 'case-clocks', 'case-around', 'case-counts', 'todo']

/** One case with its history, and the verbs that move it. A conflict is left to who sent the move. */
export function useCase(id: () => string) {
  const cache = useQueryClient()
  const query = useQuery({ queryKey: ['case', id], queryFn: () => getCase(id()), enabled: () => !!id() })
  const refresh = () => Promise.all(caseKeys.map((key) => cache.invalidateQueries({ queryKey: [key] })))
  const act = useMutation({
    mutationFn: ({ action, version, move }: { action: string; version: number; move: CaseMove }) => actOnCase(id(), action, version, move),
    onSuccess: refresh,
  })
  const part = useMutation({
    mutationFn: ({ part: one, action, move }: { part: string; action: PartAction; move: PartMove }) => actOnPart(id(), one, action, move),
    onSuccess: refresh,
    onError: (error) => { failed(error); void query.refetch() },
  })
  return { query, item: computed(() => query.data.value), act, part, refresh }
}

/** The workflow in force: names and needs of every action. */
export function useWorkflow() {
  const query = useQuery({ queryKey: ['case-workflow'], queryFn: getWorkflow, staleTime: Infinity })
  return { workflow: computed(() => query.data.value) }
}
