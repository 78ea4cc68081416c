import { ref, watchEffect } from 'vue'

export type Theme = 'light' | 'dark' | 'system'

const storageKey = 'yiwang.theme'
const system = matchMedia('(prefers-color-scheme: dark)')
const systemIsDark = ref(system.matches)
system.addEventListener('change', (event) => (systemIsDark.value = event.matches))

/** The person's choice; `system` follows the device. */
export const theme = ref<Theme>((localStorage.getItem(storageKey) as Theme | null) ?? 'light')

/** What is drawn now; charts and maps read their colours again when it changes. */
export const drawn = ref<'light' | 'dark'>('light')

watchEffect(() => {
  drawn.value = theme.value === 'system' ? (systemIsDark.value ? 'dark' : 'light') : theme.value
  document.documentElement.dataset.theme = drawn.value
  localStorage.setItem(storageKey, theme.value)
})

/** The value of a design token as drawn now, for canvases that cannot read CSS. */
export const token = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
