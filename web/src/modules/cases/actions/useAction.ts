import { computed, reactive, ref, shallowRef } from 'vue'
import type { Case, CaseDetail, CaseStep } from '@/api/types'
import { t } from '@/kit/i18n'
import { asProblem } from '@/kit/problem'
import { done } from '@/ui/toast'
import { useCase, useWorkflow } from '../useCase'
import { actionName } from './actions'
import { useDraft } from './useDraft'
import { corrected, fieldsOf, missing, moveOf, needsOf, rebase, startForm, type ActionForm } from './form'

/** What a conflict carries: the case as it is now and the steps since the version this person saw. */
export interface Change { case: Case; since: CaseStep[] }

/** One action being filled in and sent. What somebody else did meanwhile is shown, and the form stays for another try. */
export function useAction(item: () => CaseDetail, action: () => string, start: Partial<ActionForm>, finished: () => void) {
  const { act, query } = useCase(() => item().id)
  const { workflow } = useWorkflow()
  const opened = item() // the dialog keeps what the person saw, whatever refreshes behind it
  let first: ActionForm = { ...startForm(action(), opened), ...start }
  const form = reactive({ ...first })
  const version = ref(opened.version)
  const change = shallowRef<Change | null>(null)
  const problem = shallowRef<unknown>(null)
  const needs = computed(() => needsOf(workflow.value, action()))
  const fields = computed(() => fieldsOf(action(), needs.value, opened))
  const lacks = computed(() => missing(form, fields.value, needs.value))
  const { savedAt, forget } = useDraft(opened.id, action(), opened.version, form, () => fields.value)
  /** After a conflict the step may not be possible any more. */
  const possible = computed(() => !change.value || item().actions.includes(action()))

  function send(): void {
    problem.value = null
    let move = moveOf(form, fields.value, opened)
    if (action() === 'correct') move = corrected(move, opened)
    act.mutate({ action: action(), version: version.value, move }, {
      onSuccess: () => { forget(); done(t('{action}：已完成', { action: actionName(action()) })); finished() },
      onError: (error) => {
        const p = asProblem(error)
        const now = p.current as Change | undefined
        if (p.code === 'cases.changed' && now?.case) {
          change.value = now
          version.value = now.case.version
        } else problem.value = error
        void query.refetch().then(takeOver)
      },
    })
  }
  /** A field that was only filled in shows what the colleague made of it, instead of setting it back. */
  function takeOver(): void {
    if (!change.value || !query.data.value) return
    const next = { ...startForm(action(), query.data.value), ...start }
    rebase(form, first, next)
    first = next
  }
  return { form, fields, needs, lacks, change, problem, possible, savedAt, send, sending: act.isPending }
}
