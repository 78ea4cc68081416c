import { onBeforeUnmount, onMounted, ref, watch } from 'vue'
import { can } from '@/kit/session'
import { dropDraft, keepDraft, listDrafts } from '../deskApi'
import type { ActionForm, FieldName } from './form'

const pause = 1200

/** Keeps an unfinished step at the server, per person, case and action, and brings it back when the dialog opens again. */
export function useDraft(id: string, action: string, version: number, form: ActionForm, fields: () => FieldName[]) {
  const savedAt = ref('')
  const on = can('desk.use')
  let timer: ReturnType<typeof setTimeout> | undefined
  let over = false
  let waits = false
  const start = JSON.stringify(form)

  const content = () => Object.fromEntries(fields().filter((f) => f !== 'photos' && f !== 'place').map((f) => [f, form[f as keyof ActionForm]]))

  onMounted(async () => {
    if (!on) return
    const draft = (await listDrafts(id).catch(() => null))?.items.find((d) => d.action === action)
    if (!draft || JSON.stringify(form) !== start) return // the person has begun already
    Object.assign(form, draft.content)
    savedAt.value = draft.saved_at
  })
  watch(form, () => {
    if (!on || over || JSON.stringify(form) === start) return
    clearTimeout(timer)
    waits = true
    timer = setTimeout(keep, pause)
  })
  function keep(): void {
    waits = false
    keepDraft(id, action, version, content()).then(() => { savedAt.value = new Date().toISOString() }).catch(() => undefined) // a draft is a kindness, never a fault
  }
  onBeforeUnmount(() => {
    clearTimeout(timer)
    if (waits && !over) keep() // what was typed last, before the dialog was closed
  })

  /** The step was taken: nothing is left to bring back. */
  function forget(): void {
    over = true
    clearTimeout(timer)
    if (on && savedAt.value) void dropDraft(id, action).catch(() => undefined)
  }
  return { savedAt, forget }
}
