import { computed, ref } from 'vue'

/**
 * The catalogue. The Chinese sentence is the key, so a term has one wording everywhere and the Chinese face needs no file;
 * English is loaded when chosen. `{name}` is filled from the values.
 */
export type Language = 'zh' | 'en'

const storageKey = 'yiwang.language'
const words = ref<Record<string, string>>({})
const current = ref<Language>('zh')

export const language = computed(() => current.value)

export function t(sentence: string, values: Record<string, string | number> = {}): string {
  const template = words.value[sentence] ?? sentence
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

export async function useLanguage(choice: Language): Promise<void> {
  words.value = choice === 'en' ? (await import('./words.en')).default : {}
  current.value = choice
  document.documentElement.lang = choice === 'en' ? 'en' : 'zh-CN'
  localStorage.setItem(storageKey, choice)
}

export async function startLanguage(): Promise<void> {
  if (localStorage.getItem(storageKey) === 'en') await useLanguage('en')
}
