import { computed, onBeforeUnmount, ref } from 'vue'

/** How many comments were decided at this sitting, and how many a minute. */
export function usePace() {
  const count = ref(0)
  const began = ref(0)
  const now = ref(0)
  const clock = setInterval(() => (now.value = performance.now()), 1000)
  onBeforeUnmount(() => clearInterval(clock))
  const begin = () => { count.value = 0; began.value = 0 }
  function add(n: number): void {
    now.value = performance.now()
    began.value ||= now.value
    count.value = Math.max(0, count.value + n)
  }
  const perMinute = computed(() => {
    const minutes = (now.value - began.value) / 60_000
    return began.value && minutes > 0.15 ? Math.round(count.value / minutes) : null
  })
  return { count, perMinute, begin, add }
}
