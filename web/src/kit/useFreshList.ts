import { onScopeDispose, ref, watch } from 'vue'
import { queryClient } from './query'
import { useStream } from './useStream'

/**
 * Keeps a list in step with the cases it shows. While `busy` — rows are ticked, the keyboard stands on one, the list is
 * scrolled — nothing moves under the hand: `waiting` says that there is something new, and `show` fetches it. Otherwise the
 * queries with these first keys are asked again by themselves, at most every two seconds.
 */
export function useFreshList(keys: string[], busy: () => boolean) {
  const waiting = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  function show(): void {
    waiting.value = false
    for (const key of keys) void queryClient.invalidateQueries({ queryKey: [key] })
  }
  const heard = () => {
    timer ??= setTimeout(() => {
      timer = undefined
      if (busy()) waiting.value = true
      else show()
    }, 2000)
  }
  useStream({ case: heard, clock: heard, reload: heard })
  watch(busy, (now) => { if (!now && waiting.value) show() })
  onScopeDispose(() => clearTimeout(timer))
  return { waiting, show }
}
