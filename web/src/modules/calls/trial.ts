import { shallowRef } from 'vue'
import { asProblem } from '@/kit/problem'
import { tryNetwork } from './api'
import { relays } from './relay'

export type Way = 'udp' | 'tcp' | 'relay-udp' | 'relay-tcp'
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

async function trySense(kind: 'audio' | 'video'): Promise<void> {
  const stream = await navigator.mediaDevices.getUserMedia({ [kind]: true })
  stream.getTracks().forEach((track) => track.stop())
}

export function useTrial() {
  const ways = ['udp', 'tcp', 'relay-udp', 'relay-tcp', 'microphone', 'camera'] as const
  const outcomes = shallowRef<Record<string, Outcome>>(Object.fromEntries(ways.map((way) => [way, { state: 'waiting' }])))
  const put = (way: string, outcome: Outcome) => { outcomes.value = { ...outcomes.value, [way]: outcome } }
  async function run(): Promise<void> {
    for (const way of ways) {
      put(way, { state: 'running' })
      try {
        if (way === 'microphone' || way === 'camera') { await trySense(way === 'camera' ? 'video' : 'audio'); put(way, { state: 'ok' }) }
        else put(way, { state: 'ok', ms: await tryOnce(way) })
      } catch (error) {
        const problem = asProblem(error)
        put(way, { state: 'failed', ...(problem.code.startsWith('calls.') ? { words: problem.message } : {}) })
      }
    }
  }
  return { ways, outcomes, run }
}
