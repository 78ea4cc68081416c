import { ref } from 'vue'

/** Reading a page aloud with the device's own voice. */
export const canSpeak = 'speechSynthesis' in window
export const speaking = ref(false)

export function speak(text: string): void {
  stop()
  const words = new SpeechSynthesisUtterance(text)
  words.lang = 'zh-CN'
  words.rate = 0.9
  words.onend = words.onerror = () => (speaking.value = false)
  speaking.value = true
  speechSynthesis.speak(words)
}

export function stop(): void {
  speechSynthesis.cancel()
  speaking.value = false
}

/** The words of an element as they stand on the page, without what screen readers skip. */
export function wordsOf(element: Element | null): string {
  const copy = element?.cloneNode(true) as HTMLElement | undefined
  copy?.querySelectorAll('[aria-hidden=true],button,nav,svg,.noread').forEach((node) => node.remove())
  for (const block of copy?.querySelectorAll('p,h1,h2,h3,li,dt,dd,b') ?? []) block.append('。')
  return (copy?.textContent ?? '').replace(/\s+/g, ' ').replace(/([。！？，])\s*。/g, '$1').trim()
}
