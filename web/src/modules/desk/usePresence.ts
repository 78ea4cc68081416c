import { onScopeDispose, ref, watch } from 'vue'
import { connection } from '@/kit/http'
import { beAtCase, leaveCase } from './api'

export interface Somebody { name: string; unit_name?: string; editing: boolean; since: string }

/** Somebody has a dialog of the case open on this page; the note beside the case tells the colleagues. */
export const editing = ref(false)

/** Says every ten seconds that one is at the case, as long as the page is in view, and who else is. */
export function usePresence(id: () => string) {
  const others = ref<Somebody[]>([])
  let at = ''

  async function beat(): Promise<void> {
    if (!id() || document.hidden || !connection.online) return
    at = id()
    const asked = at
    const answer = await beAtCase(asked, editing.value).catch(() => null) // the note is a courtesy: nothing stops without it
    if (answer && asked === id()) others.value = answer.items
  }
  function leave(): void {
    if (at) void leaveCase(at).catch(() => undefined)
    at = ''
  }
  const timer = setInterval(() => void beat(), 10_000)
  watch(id, () => { leave(); others.value = []; void beat() }, { immediate: true })
  watch(editing, () => void beat())
  const onHide = () => (document.hidden ? leave() : void beat())
  document.addEventListener('visibilitychange', onHide)
  onScopeDispose(() => { clearInterval(timer); document.removeEventListener('visibilitychange', onHide); leave() })
  return { others }
}
