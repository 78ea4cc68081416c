import { shallowRef } from 'vue'
import { asProblem } from '@/kit/problem'
import { connect } from './api'
import { device } from './device'
import { relayOnly, waysOfCall } from './relay'
import { own } from './senses'

/** The connection of this page to the call: one for everybody in it, with a place for each of the others. */
export type Link = 'none' | 'connecting' | 'up' | 'lost'
export const link = shallowRef<Link>('none')
/** What the others send, by place. */
export const others = shallowRef<MediaStream[]>([])

const places = 3
const patience = 2_000
let pc: RTCPeerConnection | undefined
let callId = ''
let retry: ReturnType<typeof setTimeout> | undefined
let sendingVideo: RTCRtpSender | undefined

/** Connects to a call; nothing happens if this is the one. */
export async function join(call: string): Promise<void> {
  if (callId === call) return
  hangUp()
  callId = call
  await fresh()
}

export function hangUp(): void {
  clearTimeout(retry)
  callId = ''
  pc?.close()
  pc = undefined
  link.value = 'none'
  others.value = []
}

/** Sends another picture, or none. */
export async function show(track: MediaStreamTrack | null): Promise<void> {
  await sendingVideo?.replaceTrack(track)
}

/** A new connection: at the beginning, after the server was away, after a hand-over. */
async function fresh(): Promise<void> {
  const call = callId
  pc?.close()
  link.value = link.value === 'up' || link.value === 'lost' ? 'lost' : 'connecting'
  try {
    const next = new RTCPeerConnection({ iceServers: await waysOfCall(), iceTransportPolicy: relayOnly() ? 'relay' : 'all', bundlePolicy: 'max-bundle' })
    if (call !== callId) return next.close()
    pc = next
    furnish(next)
    next.onconnectionstatechange = () => { if (next === pc) changed(next.connectionState) }
    await offer(next, true)
  } catch (error) {
    later(error, call)
  }
}

function furnish(next: RTCPeerConnection): void {
  const audio = own.value?.getAudioTracks()[0]
  const video = own.value?.getVideoTracks()[0]
  next.addTransceiver(audio ?? 'audio', { direction: 'sendrecv', ...(own.value ? { streams: [own.value] } : {}) })
  sendingVideo = next.addTransceiver(video ?? 'video', { direction: 'sendrecv', sendEncodings: [{ maxBitrate: 800_000 }] }).sender
  for (let place = 1; place < places; place++) for (const kind of ['audio', 'video']) next.addTransceiver(kind, { direction: 'recvonly' })
  const all = next.getTransceivers()
  others.value = Array.from({ length: places }, (_, place) => new MediaStream([all[place * 2]!.receiver.track, all[place * 2 + 1]!.receiver.track]))
}

async function offer(next: RTCPeerConnection, isFresh: boolean): Promise<void> {
  await next.setLocalDescription(await next.createOffer({ iceRestart: !isFresh }))
  const answer = await connect(callId, device, next.localDescription!.sdp, isFresh)
  if (next === pc) await next.setRemoteDescription({ type: 'answer', sdp: answer.sdp })
}

function changed(state: RTCPeerConnectionState): void {
  if (state === 'connected') { clearTimeout(retry); link.value = 'up' }
  if (state === 'failed') void fresh()
  if (state === 'disconnected') {
    link.value = 'lost'
    clearTimeout(retry)
    retry = setTimeout(() => void renew(), 1_000)
  }
}

/** Another way through the network for the connection that stands; where the server does not know it, a new one. */
async function renew(): Promise<void> {
  const now = pc
  if (!now || !callId || now.connectionState === 'connected') return
  try {
    await offer(now, false)
    clearTimeout(retry)
    retry = setTimeout(() => { if (now === pc && now.connectionState !== 'connected') void fresh() }, 4_000)
  } catch (error) {
    if (asProblem(error).code === 'calls.no_connection') return fresh()
    later(error, callId)
  }
}

/** What the server refuses for good ends it here; anything else is tried again. */
function later(error: unknown, call: string): void {
  if (call !== callId) return
  const problem = asProblem(error)
  if (['calls.over', 'calls.no_call', 'calls.not_in', 'calls.elsewhere'].includes(problem.code)) return
  link.value = 'lost'
  clearTimeout(retry)
  retry = setTimeout(() => { if (call === callId) void fresh() }, patience)
}

if (typeof window !== 'undefined') addEventListener('online', () => { if (callId && link.value === 'lost') void renew() })
