import { onScopeDispose, ref, watch } from 'vue'

const key = 'yw.alarm.sound'
/** Whether the person wants to hear critical alarms at this computer. */
export const audible = ref(localStorage.getItem(key) !== 'off')
watch(audible, (on) => localStorage.setItem(key, on ? 'on' : 'off'))

/** Two falling tones, made here: no file, and no sound before the person has touched the page, as browsers demand. */
function ring(context: AudioContext): void {
  for (const [n, hertz] of [880, 660].entries()) {
    const tone = context.createOscillator()
    const volume = context.createGain()
    const at = context.currentTime + n * 0.25
    tone.frequency.value = hertz
    volume.gain.setValueAtTime(0.0001, at)
    volume.gain.exponentialRampToValueAtTime(0.3, at + 0.02)
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.22)
    tone.connect(volume).connect(context.destination)
    tone.start(at)
    tone.stop(at + 0.24)
  }
}

/** Rings every five seconds while `wanted` counts critical alarms nobody has acknowledged. */
export function useBell(wanted: () => number) {
  let context: AudioContext | undefined
  const silent = ref(false) // the browser waits for a touch
  const timer = setInterval(sound, 5000)
  async function sound(): Promise<void> {
    if (!audible.value || wanted() === 0) return
    context ??= new AudioContext()
    if (context.state === 'suspended') await Promise.race([context.resume(), new Promise((done) => setTimeout(done, 300))])
    silent.value = context.state !== 'running'
    if (!silent.value) ring(context)
  }
  watch(wanted, (now, before) => { if (now > (before ?? 0)) void sound() }, { immediate: true })
  onScopeDispose(() => { clearInterval(timer); void context?.close() })
  return { silent }
}
