import { relay, type Relay } from './api'

let known: Relay | undefined

/** What a call is given. The relay over UDP is reached at the very address at which the server takes media, and Chromium hands whatever comes
    from a relay's address to the relay alone: with it the direct way over UDP never opens. Where one is shut the other is too, so it is left out. */
export const waysOfCall = (): Promise<RTCIceServer[]> => relays(relayOnly() ? undefined : 'tcp')

/** The relay as browsers want it; its credentials are asked for anew before they end. */
export async function relays(over?: 'udp' | 'tcp'): Promise<RTCIceServer[]> {
  if (!known || Date.parse(known.expires_at) - Date.now() < 30 * 60_000) known = await relay()
  const host = known.host || (location.hostname === 'localhost' ? '127.0.0.1' : location.hostname)
  const urls = [...(over === 'tcp' ? [] : [`turn:${host}:${known.udp_port}?transport=udp`]), ...(over === 'udp' ? [] : [`turn:${host}:${known.tcp_port}?transport=tcp`])]
  return [{ urls, username: known.username, credential: known.credential }]
}

const key = 'yiwang.calls.relay'
/** Whether this device sends calls through the relay only; the trial page sets it for networks that spoil everything else. */
export const relayOnly = (): boolean => localStorage.getItem(key) === '1'
export const setRelayOnly = (on: boolean): void => (on ? localStorage.setItem(key, '1') : localStorage.removeItem(key))
