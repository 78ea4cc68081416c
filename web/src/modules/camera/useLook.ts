import { onBeforeUnmount, ref, shallowRef } from 'vue'
import { beginLook, endLook, exchange, pictureOf, type Camera } from './api'

/** Looking through a camera: it begins with a reason and ends with the page, the cross, or after ten minutes. */
export function useLook() {
  const look = ref('')
  const picture = ref('')
  const stream = shallowRef<MediaStream | null>(null)
  const problem = shallowRef<unknown>(null)
  let peer: RTCPeerConnection | undefined
  let shots = 0

  async function begin(camera: Camera, reason: string): Promise<void> {
    await end()
    problem.value = null
    try {
      look.value = (await beginLook(camera.id, reason)).id
      if (camera.live) await play()
      else if (camera.still) shoot()
    } catch (error) {
      problem.value = error
    }
  }

  async function play(): Promise<void> {
    peer = new RTCPeerConnection()
    peer.addTransceiver('video', { direction: 'recvonly' })
    peer.addTransceiver('audio', { direction: 'recvonly' })
    peer.ontrack = (event) => { stream.value = event.streams[0] ?? null }
    await peer.setLocalDescription(await peer.createOffer())
    const answer = await exchange(look.value, peer.localDescription!.sdp)
    await peer.setRemoteDescription({ type: 'answer', sdp: answer.sdp })
  }

  const shoot = () => { picture.value = pictureOf(look.value, ++shots) }

  async function end(): Promise<void> {
    peer?.close()
    peer = undefined
    stream.value = null
    picture.value = ''
    const id = look.value
    look.value = ''
    if (id) await endLook(id).catch(() => undefined) // it ends by itself after ten minutes
  }

  onBeforeUnmount(() => void end())
  return { look, picture, stream, problem, begin, shoot, end }
}
