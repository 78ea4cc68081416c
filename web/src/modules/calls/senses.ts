import { shallowRef } from 'vue'

/** Camera and microphone of this device. */
export const own = shallowRef<MediaStream>()
export const microphone = shallowRef(true)
export const camera = shallowRef(true)
/** What could not be had: the call goes on without it. */
export const without = shallowRef<'' | 'camera' | 'both'>('')
const kept = 'yiwang.calls.camera'
/** Whether the camera was on when this page was last in a call: a page loaded anew goes on so. */
export const cameraWas = (): boolean | null => { const was = sessionStorage.getItem(kept); return was === null ? null : was === '1' }
const silenced = 'yiwang.calls.muted'
/** Whether the person had muted the microphone when this page was last in a call: a page loaded anew must not open it by itself. */
export const mutedWas = (): boolean => sessionStorage.getItem(silenced) === '1'
let facing: 'user' | 'environment' = 'user'

const sound: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true }
const sight = (): MediaTrackConstraints => ({ width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 20, max: 24 }, facingMode: { ideal: facing } })

/** Opens microphone and camera, asking the person if need be; without a camera the voice alone, without both nothing, and says so. */
export async function open(video: boolean, rear: boolean, muted = false): Promise<void> {
  close()
  facing = rear ? 'environment' : 'user'
  camera.value = video
  sessionStorage.setItem(kept, video ? '1' : '0')
  without.value = ''
  const devices = navigator.mediaDevices as MediaDevices | undefined // missing where the address is not secure
  for (const wish of [...(video ? [{ audio: sound, video: sight() }] : []), { audio: sound }]) {
    try {
      if (!devices) break
      own.value = await devices.getUserMedia(wish)
      mute(muted)
      if (video && !('video' in wish)) { camera.value = false; without.value = 'camera' }
      return
    } catch { /* the next wish asks for less */ }
  }
  camera.value = false
  microphone.value = false
  without.value = 'both'
}

export function close(): void {
  own.value?.getTracks().forEach((track) => track.stop())
  own.value = undefined
  without.value = ''
}

export function mute(off: boolean): void {
  microphone.value = !off
  sessionStorage.setItem(silenced, off ? '1' : '0')
  own.value?.getAudioTracks().forEach((track) => (track.enabled = !off))
}

/** Switches the camera on or off; the light beside it goes out too. Returns the track to send, null for none. */
export async function look(on: boolean, turned = false): Promise<MediaStreamTrack | null> {
  own.value?.getVideoTracks().forEach((track) => { track.stop(); own.value!.removeTrack(track) })
  sessionStorage.setItem(kept, on ? '1' : '0')
  if (turned) facing = facing === 'user' ? 'environment' : 'user'
  camera.value = false
  if (!on) { own.value = own.value && new MediaStream(own.value.getTracks()); return null }
  try {
    const [track] = (await navigator.mediaDevices.getUserMedia({ video: sight() })).getVideoTracks()
    own.value = new MediaStream([...(own.value?.getTracks() ?? []), track!])
    camera.value = true
    return track!
  } catch {
    without.value = 'camera'
    return null
  }
}
