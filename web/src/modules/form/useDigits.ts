import { onBeforeUnmount, onMounted, type Ref } from 'vue'

/** Typing from paper: a digit picks that choice of the question in focus and moves on to the next question. */
export function useDigits(root: Readonly<Ref<HTMLElement | null>>, active: () => boolean): void {
  const listen = (event: KeyboardEvent) => {
    if (!active() || event.ctrlKey || event.metaKey || event.altKey || !/^[0-9]$/.test(event.key)) return
    const target = event.target as HTMLElement
    if (/^(TEXTAREA|SELECT)$/.test(target.tagName) || (target instanceof HTMLInputElement && !['radio', 'checkbox'].includes(target.type))) return
    const question = target.closest<HTMLElement>('[data-question]')
    const inputs = [...(question?.querySelectorAll<HTMLInputElement>('input[type=radio],input[type=checkbox]') ?? [])]
    const chosen = inputs[(Number(event.key) || 10) - 1]
    if (!question || !chosen || chosen.disabled) return
    event.preventDefault()
    chosen.click()
    const all = [...(root.value?.querySelectorAll<HTMLElement>('[data-question]') ?? [])]
    const next = chosen.type === 'radio' ? all[all.indexOf(question) + 1] : question
    next?.querySelector<HTMLElement>('input:checked,input,textarea,button')?.focus()
  }
  onMounted(() => root.value?.addEventListener('keydown', listen))
  onBeforeUnmount(() => root.value?.removeEventListener('keydown', listen))
}
