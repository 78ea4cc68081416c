import { onScopeDispose, ref, watch } from 'vue'
import { dropDraft, keepDraft, listDrafts } from './api'

/**
 * Keeps what is being written in an action of a case, a second after the last key; the next dialog of the same action
 * begins from it. Call `sent` when the action was taken.
 */
export function useDraft(id: string, action: string, version: () => number, form: Record<string, unknown>, worth: (form: Record<string, unknown>) => boolean) {
  const savedAt = ref('')
  const restored = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  let ready = false

  void listDrafts(id).then((answer) => {
    const draft = answer.items.find((d) => d.action === action)
    if (draft && !worth(form)) {
      Object.assign(form, draft.content)
      savedAt.value = draft.saved_at
      restored.value = true
    }
  }).catch(() => undefined).finally(() => { ready = true })

  watch(() => JSON.stringify(form), () => {
    if (!ready || !worth(form)) return
    clearTimeout(timer)
    timer = setTimeout(() => void keepDraft(id, action, JSON.parse(JSON.stringify(form)) as Record<string, unknown>, version()).then(() => { savedAt.value = new Date().toISOString() }).catch(() => undefined), 1000)
  })
  onScopeDispose(() => clearTimeout(timer))

  function forget(): void {
    clearTimeout(timer)
    savedAt.value = ''
    restored.value = false
    void dropDraft(id, action).catch(() => undefined)
  }
  return { savedAt, restored, sent: forget, forget }
}
