import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, onBeforeUnmount, ref, shallowRef, watch } from 'vue'
import type { Fault, Questionnaire } from '@/api/types'
import { asProblem } from '@/kit/problem'
import { can } from '@/kit/session'
import { checkForm, getQuestionnaire, issueQuestionnaire, saveQuestionnaire } from '../api'
import type { Form } from '../model'

const pauseBeforeCheck = 600
const remembered = 60

/** What is being written: the form itself, one of its sections, or a question, by place. */
export type Chosen = { about: 'form' } | { about: 'section'; at: number } | { about: 'question'; at: number }

/** One questionnaire version under the hands of the editor: what changed, what is wrong with it, what is saved. */
export function useEditor(id: () => string) {
  const cache = useQueryClient()
  const query = useQuery({ queryKey: ['questionnaire', id], queryFn: () => getQuestionnaire(id()) })
  const stored = computed(() => query.data.value)
  const form = shallowRef<Form>()
  const chosen = ref<Chosen>({ about: 'form' })
  const before = shallowRef<Form[]>([])
  const faults = ref<Fault[]>([])
  const conflict = shallowRef<Questionnaire>()

  const open = (q: Questionnaire) => { form.value = q.form as unknown as Form; before.value = []; conflict.value = undefined }
  watch(stored, (q, old) => { if (q && (q.id !== old?.id || !dirty.value)) open(q) }, { immediate: true })
  const dirty = computed(() => !!form.value && !!stored.value && form.value !== (stored.value.form as unknown) && JSON.stringify(form.value) !== JSON.stringify(stored.value.form))
  const writable = computed(() => stored.value?.state === 'draft' && can('survey.manage'))

  function put(next: Form): void {
    if (!writable.value || !form.value || next === form.value) return
    before.value = [...before.value.slice(-remembered), form.value]
    form.value = next
  }

  function undo(): void {
    const last = before.value.at(-1)
    if (!last) return
    before.value = before.value.slice(0, -1)
    form.value = last
  }

  let timer: ReturnType<typeof setTimeout> | undefined
  watch(form, (now) => {
    clearTimeout(timer)
    if (now && can('survey.manage')) timer = setTimeout(() => void checkForm(now).then((list) => { if (form.value === now) faults.value = list.items }).catch(() => undefined), pauseBeforeCheck)
  }, { immediate: true })
  onBeforeUnmount(() => clearTimeout(timer))

  const keep = (q: Questionnaire) => { cache.setQueryData(['questionnaire', id()], q); open(q); void cache.invalidateQueries({ queryKey: ['questionnaires'] }) }
  const onError = (error: unknown) => { const problem = asProblem(error); if (problem.code === 'survey.questionnaire_saved_meanwhile') conflict.value = problem.current as Questionnaire }
  const save = useMutation({ mutationFn: (over?: number) => saveQuestionnaire(id(), { revision: over ?? stored.value!.revision, note: stored.value!.note, form: form.value! }), onSuccess: keep, onError })
  const issue = useMutation({ mutationFn: () => issueQuestionnaire(id(), stored.value!.revision), onSuccess: keep, onError })

  const stopping = computed(() => faults.value.filter((fault) => fault.level === 'stops'))
  /** The sentences for a place such as questions[3].options. */
  const wrong = (location: string) => faults.value.filter((fault) => fault.location === location || fault.location.startsWith(`${location}.`) || fault.location.startsWith(`${location}[`)).map((fault) => fault.message).join(' ')
  return { query, stored, form, chosen, dirty, writable, put, undo, canUndo: computed(() => before.value.length > 0), faults, stopping, wrong, save, issue, conflict, open }
}
