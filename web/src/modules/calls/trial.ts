import { onBeforeUnmount, ref, shallowRef } from 'vue'
import { asProblem } from '@/kit/problem'
import { following } from '@/kit/useStream'
import { currentCall, tryNetwork } from './api'
import { relays } from './relay'

export type Way = 'signal' | 'udp' | 'tcp' | 'relay-udp' | 'relay-tcp'
export interface Outcome { state: 'waiting' | 'running' | 'ok' | 'failed'; ms?: number; words?: string }
const patience = 12_000

/** Only the server's addresses of one kind stay in the answer, so that nothing else can be what connects. */
const only = (sdp: string, kind: 'udp' | 'tcp') => sdp.split('\r\n').filter((line) => !line.startsWith('a=candidate') || line.split(' ')[2]?.toLowerCase() === kind).join('\r\n')

async function tryOnce(way: Way): Promise<number> {
  const relayed = way.startsWith('relay')
  const pc = new RTCPeerConnection(relayed ? { iceServers: await relays(way === 'relay-udp' ? 'udp' : 'tcp'), iceTransportPolicy: 'relay' } : {})
  const channel = pc.createDataChannel('trial')
  try {
    return await new Promise<number>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('timeout')), patience)
      let sent = 0
      channel.onopen = () => { sent = performance.now(); channel.send('there and back') }
      channel.onmessage = () => { clearTimeout(timer); resolve(Math.max(1, Math.round(performance.now() - sent))) }
      pc.onconnectionstatechange = () => { if (pc.connectionState === 'failed') { clearTimeout(timer); reject(new Error('failed')) } }
      void (async () => {
        await pc.setLocalDescription(await pc.createOffer())
        const answer = await tryNetwork(pc.localDescription!.sdp)
        await pc.setRemoteDescription({ type: 'answer', sdp: way === 'tcp' ? only(answer.sdp, 'tcp') : only(answer.sdp, 'udp') })
      })().catch((error: unknown) => { clearTimeout(timer); reject(error as Error) })
    })
  } finally {
    pc.close()
  }
}

/** Whether a ring would come: the server answers, and the stream that tells of it is open. */
async function trySignal(): Promise<number> {
  const sent = performance.now()
  await currentCall()
  const ms = Math.max(1, Math.round(performance.now() - sent))
  for (const end = performance.now() + 5_000; !following.value && performance.now() < end;) await new Promise((resolve) => setTimeout(resolve, 200))
  if (!following.value) throw new Error('no stream')
  return ms
}

export function useTrial() {
  const ways = ['signal', 'udp', 'tcp', 'relay-udp', 'relay-tcp', 'microphone', 'camera'] as const
  const outcomes = shallowRef<Record<string, Outcome>>(Object.fromEntries(ways.map((way) => [way, { state: 'waiting' }])))
  /** What camera and microphone give, to look at and to see the voice move. */
  const preview = shallowRef<MediaStream>()
  const loud = ref(0)
  let meter: ReturnType<typeof setInterval> | undefined
  let sound: AudioContext | undefined
  function silence(): void {
    clearInterval(meter)
    void sound?.close()
    sound = undefined
    preview.value?.getTracks().forEach((track) => track.stop())
    preview.value = undefined
    loud.value = 0
  }
  onBeforeUnmount(silence)
  async function sense(kind: 'audio' | 'video'): Promise<void> {
    const stream = await navigator.mediaDevices.getUserMedia({ [kind]: true })
    preview.value = new MediaStream([...(preview.value?.getTracks() ?? []), ...stream.getTracks()])
    if (kind === 'audio') listen(stream)
  }
  function listen(stream: MediaStream): void {
    sound = new AudioContext()
    const ear = sound.createAnalyser()
    sound.createMediaStreamSource(stream).connect(ear)
    const wave = new Uint8Array(ear.fftSize)
    meter = setInterval(() => {
      ear.getByteTimeDomainData(wave)
      loud.value = Math.min(1, wave.reduce((most, v) => Math.max(most, Math.abs(v - 128)), 0) / 64)
    }, 100)
  }
  const put = (way: string, outcome: Outcome) => { outcomes.value = { ...outcomes.value, [way]: outcome } }
  async function run(): Promise<void> {
    silence()
    for (const way of ways) {
      put(way, { state: 'running' })
      try {
        if (way === 'microphone' || way === 'camera') { await sense(way === 'camera' ? 'video' : 'audio'); put(way, { state: 'ok' }) }
        else if (way === 'signal') put(way, { state: 'ok', ms: await trySignal() })
        else put(way, { state: 'ok', ms: await tryOnce(way) })
      } catch (error) {
        const problem = asProblem(error)
        put(way, { state: 'failed', ...(problem.code.startsWith('calls.') ? { words: problem.message } : {}) })
      }
    }
  }
  return { ways, outcomes, run, preview, loud }
}
