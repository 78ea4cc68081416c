let lock: WakeLockSentinel | undefined
let wanted = false

/** Keeps the screen lit while somebody calls: a phone that goes dark stops camera and page. */
export function keepAwake(on: boolean): void {
  wanted = on
  void change()
}

async function change(): Promise<void> {
  if (!('wakeLock' in navigator)) return
  if (!wanted) {
    await lock?.release().catch(() => undefined)
    lock = undefined
  } else if ((!lock || lock.released) && !document.hidden) {
    lock = await navigator.wakeLock.request('screen').catch(() => undefined)
  }
}

if (typeof document !== 'undefined') document.addEventListener('visibilitychange', () => void change())
