import { ref, shallowRef } from 'vue'

/** Where the others are heard: through which loudspeaker or headset, or not at all for a moment. */
export const deaf = ref(false)
export const sink = ref('')
const found = shallowRef<MediaDeviceInfo[]>([])
/** Browsers of phones choose themselves; those of desks let the person choose. */
export const severalEars = ref(false)

export async function findEars(): Promise<void> {
  if (typeof HTMLMediaElement === 'undefined' || !('setSinkId' in HTMLMediaElement.prototype) || !navigator.mediaDevices) return
  try {
    found.value = (await navigator.mediaDevices.enumerateDevices()).filter((one) => one.kind === 'audiooutput' && one.deviceId && one.deviceId !== 'communications')
    severalEars.value = found.value.length > 1
  } catch { /* the one the browser chose */ }
}

/** The next loudspeaker; returns its name. */
export function nextEar(): string {
  const at = found.value.findIndex((one) => one.deviceId === (sink.value || 'default'))
  const next = found.value[(at + 1) % found.value.length]
  sink.value = next?.deviceId ?? ''
  return next?.label ?? ''
}

export function hearAgain(): void { deaf.value = false }
