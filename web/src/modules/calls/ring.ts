/** A ring of two tones and, on phones, a buzz, until stopped. Browsers let it sound once the person has touched the page. */
let timer: ReturnType<typeof setInterval> | undefined
let context: AudioContext | undefined

function tone(at: number, hertz: number, seconds: number, loud: number): void {
  const swing = context!.createOscillator()
  const gain = context!.createGain()
  swing.frequency.value = hertz
  gain.gain.setValueAtTime(0, at)
  gain.gain.linearRampToValueAtTime(loud, at + 0.03)
  gain.gain.setValueAtTime(loud, at + seconds - 0.05)
  gain.gain.linearRampToValueAtTime(0, at + seconds)
  swing.connect(gain).connect(context!.destination)
  swing.start(at)
  swing.stop(at + seconds)
}

function once(incoming: boolean): void {
  try {
    context ??= new AudioContext()
    void context.resume()
    const at = context.currentTime
    if (incoming) for (const n of [0, 1, 2, 3]) tone(at + n * 0.22, n % 2 ? 660 : 880, 0.18, 0.18)
    else tone(at, 450, 1, 0.05)
  } catch { /* no sound here: the screen rings */ }
  if (incoming && 'vibrate' in navigator && navigator.userActivation?.hasBeenActive) navigator.vibrate([400, 200, 400])
}

/** One ring, to try the loudspeaker. */
export const ringOnce = (): void => once(true)

export function startRinging(incoming: boolean): void {
  if (timer) return
  once(incoming)
  timer = setInterval(() => once(incoming), incoming ? 2_500 : 4_000)
}

export function stopRinging(): void {
  if (!timer) return
  clearInterval(timer)
  timer = undefined
  if ('vibrate' in navigator && navigator.userActivation?.hasBeenActive) navigator.vibrate(0)
}
