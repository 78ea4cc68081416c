/** Keeps the pages on the device, so that the day's work goes on without a network. Needs a secure address. */
export function startOffline(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return
  const register = () => void navigator.serviceWorker.register('/m/sw.js', { scope: '/m/' }).catch(() => undefined)
  if (document.readyState === 'complete') register() // what was read from the device first may have taken longer than the page
  else addEventListener('load', register)
}
