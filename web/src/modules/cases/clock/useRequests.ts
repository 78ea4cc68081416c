import { useMutation, useQueryClient } from '@tanstack/vue-query'
import { usePages } from '@/kit/usePages'
import { done, failed } from '@/ui/toast'
import { t } from '@/kit/i18n'
import { actOnCase, type CaseMove } from '../api'
import { caseKeys } from '../useCase'
import { listRequests, type Asked, type RequestFilter } from './api'

/** Requests page by page, and the verbs that decide on them. */
export function useRequests(filter: () => RequestFilter) {
  const cache = useQueryClient()
  const pages = usePages<Asked>(['case-requests', filter], (cursor) => listRequests({ ...filter(), ...(cursor ? { cursor } : {}) }))
  const act = useMutation({
    mutationFn: ({ asked, action, move }: { asked: Asked; action: string; move: CaseMove }) => actOnCase(asked.case.id, action, asked.case.version, move),
    onSuccess: () => { done(t('已办理')) },
    onError: failed,
    onSettled: () => Promise.all([...caseKeys, 'case-requests'].map((key) => cache.invalidateQueries({ queryKey: [key] }))),
  })
  return { ...pages, act }
}
