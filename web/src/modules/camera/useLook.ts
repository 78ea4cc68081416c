import type Hls from 'hls.js'
import { computed, onBeforeUnmount, ref, shallowRef, watch, type Ref } from 'vue'
import { t } from '@/kit/i18n'
import { Problem } from '@/kit/problem'
import { beginLook, endLook, exchange, pictureOf, playlistOf, type Camera, type Look } from './api'

export type Way = Camera['ways'][number]
/** How long a picture may stay away before another way is tried. */
const patience = 12_000

/** Looking through a camera: it begins with a reason and ends with the page, by hand, or after ten minutes. A way that gives no picture is followed by the next. */
export function useLook(video: Ref<HTMLVideoElement | null>) {
  const look = shallowRef<Look | null>(null)
  const way = ref<Way | ''>('')
  const picture = ref('')
  const moving = ref(false)
  const over = ref(false)
  const problem = shallowRef<unknown>(null)
  const left = ref(0)
  let peer: RTCPeerConnection | undefined
  let hls: Hls | undefined
  let shots = 0
  let ends = 0
  let waiting: ReturnType<typeof setTimeout> | undefined
  const counting = setInterval(() => { if (!look.value) return; left.value = Math.max(0, Math.round((ends - Date.now()) / 1000)); if (!left.value) void end(true) }, 1_000)
  const clock = computed(() => `${Math.floor(left.value / 60)}:${String(left.value % 60).padStart(2, '0')}`)

  async function begin(camera: Camera, reason: string): Promise<void> {
    await end()
    problem.value = null
    over.value = false
    try {
      const begun = await beginLook(camera.id, reason)
      ends = Date.now() + Date.parse(begun.until_at) - Date.parse(begun.at) // the two clocks may differ
      left.value = Math.round((ends - Date.now()) / 1000)
      look.value = begun
      choose(camera, camera.ways[0]!)
    } catch (error) { problem.value = error }
  }

  /** Shows the picture by a way; if none comes, by the one after it. */
  function choose(camera: Camera, next: Way): void {
    still()
    way.value = next
    problem.value = null
    const fail = (error?: unknown) => {
      if (way.value !== next || !look.value || moving.value) return
      const other = camera.ways[camera.ways.indexOf(next) + 1]
      if (other) choose(camera, other)
      else { still(); problem.value = error ?? new Problem({ status: 503, code: 'camera.silent', detail: t('媒体服务器没有给出画面。') }) }
    }
    if (next === 'picture') return shoot()
    waiting = setTimeout(fail, patience)
    void (next === 'whep' ? play() : follow(fail)).catch(fail)
  }

  async function play(): Promise<void> {
    const made = peer = new RTCPeerConnection()
    made.addTransceiver('video', { direction: 'recvonly' })
    made.addTransceiver('audio', { direction: 'recvonly' })
    made.ontrack = (event) => { if (video.value && event.streams[0]) video.value.srcObject = event.streams[0] }
    await made.setLocalDescription(await made.createOffer())
    await gathered(made)
    const answer = await exchange(look.value!.id, made.localDescription!.sdp)
    if (peer === made) await made.setRemoteDescription({ type: 'answer', sdp: answer.sdp })
  }

  async function follow(fail: (error?: unknown) => void): Promise<void> {
    const { default: Player } = await import('hls.js/light')
    const address = playlistOf(look.value!.id)
    if (!video.value || way.value !== 'hls') return
    if (!Player.isSupported()) { video.value.src = address; return } // Safari plays playlists itself
    hls = new Player({ enableWorker: false, liveSyncDurationCount: 2, manifestLoadPolicy: { default: { maxTimeToFirstByteMs: 11_000, maxLoadTimeMs: 11_000, timeoutRetry: null, errorRetry: null } } })
    hls.on(Player.Events.ERROR, (_event, data) => { if (data.fatal && !moving.value) fail(); else if (data.fatal) hls?.startLoad() })
    hls.loadSource(address)
    hls.attachMedia(video.value)
  }

  const shoot = () => { picture.value = pictureOf(look.value!.id, ++shots) }
  watch(video, (box) => { if (box) box.onplaying = () => { moving.value = true; clearTimeout(waiting) } }, { immediate: true })

  function still(): void {
    clearTimeout(waiting)
    peer?.close()
    hls?.destroy()
    peer = hls = undefined
    moving.value = false
    picture.value = ''
    if (video.value) { video.value.srcObject = null; video.value.removeAttribute('src') }
  }

  async function end(late = false): Promise<void> {
    still()
    const id = look.value?.id
    look.value = null
    way.value = ''
    over.value = late
    if (id && !late) await endLook(id).catch(() => undefined) // it ends by itself after ten minutes
  }

  onBeforeUnmount(() => { clearInterval(counting); void end() })
  return { look, way, picture, moving, over, problem, clock, begin, choose, shoot, end }
}

/** Media servers that take no candidates afterwards get all of them with the offer; two seconds are enough for those there are. */
function gathered(peer: RTCPeerConnection): Promise<void> {
  return new Promise((resolve) => {
    if (peer.iceGatheringState === 'complete') return resolve()
    const enough = setTimeout(resolve, 2_000)
    peer.onicegatheringstatechange = () => { if (peer.iceGatheringState === 'complete') { clearTimeout(enough); resolve() } }
  })
}
