import { Reader } from './track'

/** Where the holder of a slot is. A slot numbers an appearance on duty and says nothing about who it is. */
export interface LiveSpot { slot: number; lat: number; lon: number; at: number; sos: boolean; busy: boolean; battery?: number; speed?: number; heading?: number; accuracy?: number; grid: number }
export interface LiveFrame { whole: boolean; full: boolean; epoch: number; change: number; now: number; gone: number[]; spots: LiveSpot[] }

/** Reads a frame of the position stream (internal/patrol/stream_frame.go); throws if it is damaged. */
export function readFrame(bytes: Uint8Array): LiveFrame {
  const r = new Reader(bytes)
  if (r.byte() !== 1) throw new Error('unknown format')
  const kind = r.byte()
  const frame: LiveFrame = { whole: !!(kind & 1), full: !!(kind & 2), epoch: r.unsigned(), change: r.unsigned(), now: r.unsigned(), gone: [], spots: [] }
  let slot = 0
  for (let n = r.unsigned(); n > 0; n--) frame.gone.push((slot += r.unsigned()))
  slot = 0
  let lat = 0
  let lon = 0
  for (let n = r.unsigned(); n > 0; n--) {
    slot += r.unsigned()
    lat += r.signed()
    lon += r.signed()
    const at = frame.now - r.unsigned()
    const state = r.byte()
    const spot: LiveSpot = { slot, lat: lat / 1e6, lon: lon / 1e6, at, sos: !!(state & 1), busy: !!(state & 2), grid: 0 }
    if (frame.full) more(r, spot)
    frame.spots.push(spot)
  }
  if (r.left > 0) throw new Error('bytes too many')
  return frame
}

function more(r: Reader, spot: LiveSpot): void {
  const known = (v: number, scale = 1): number | undefined => (v === 0 ? undefined : (v - 1) / scale)
  spot.battery = known(r.unsigned())
  spot.speed = known(r.unsigned(), 10)
  spot.heading = known(r.unsigned())
  spot.accuracy = known(r.unsigned())
  spot.grid = r.unsigned()
}
