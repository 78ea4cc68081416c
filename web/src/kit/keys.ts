import { onBeforeUnmount, onMounted } from 'vue'

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

/** Page-wide keys while the component lives; silent while someone types or a dialog is open. */
export function useKeys(handlers: Record<string, (event: KeyboardEvent) => void>): void {
  const listen = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector('[role=dialog][aria-modal=true]')) return
    const handler = handlers[event.key]
    if (!handler) return
    event.preventDefault()
    handler(event)
  }
  onMounted(() => addEventListener('keydown', listen))
  onBeforeUnmount(() => removeEventListener('keydown', listen))
}
