import { ref, watchEffect } from 'vue'

const storageKey = 'yiwang.elder'

/** Elder mode: bigger type and targets. Remembered on the device; `?elder=1` in a printed code switches it on. */
export const elder = ref(false)

export function startElder(): void {
  const asked = new URLSearchParams(location.search).get('elder')
  elder.value = asked === null ? localStorage.getItem(storageKey) === '1' : asked === '1'
  watchEffect(() => {
    document.documentElement.toggleAttribute('data-elder', elder.value)
    localStorage.setItem(storageKey, elder.value ? '1' : '0')
  })
}
