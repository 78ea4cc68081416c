/** Keeps the pages on the device, so that a questionnaire opened once opens again without a network. Needs a secure address. */
export function startOffline(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return
  addEventListener('load', () => void navigator.serviceWorker.register('/p/sw.js', { scope: '/p/' }).catch(() => undefined))
}
