import { onBeforeUnmount, ref, type Ref } from 'vue'

/** The time, moved on every half minute, for words such as “18 minutes left”. */
export function useNow(every = 30_000): Ref<number> {
  const now = ref(Date.now())
  const timer = setInterval(() => { now.value = Date.now() }, every)
  onBeforeUnmount(() => clearInterval(timer))
  return now
}
