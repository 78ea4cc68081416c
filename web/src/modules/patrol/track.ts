/** One fix of a phone; what the phone did not send is undefined. */
export interface TrackPoint { at: number; lat: number; lon: number; speed?: number; heading?: number; accuracy?: number; battery?: number; mock: boolean; sos: boolean; late: boolean }

const unknown16 = 0xffff
const unknown8 = 0xff

/** Reads chunks, each behind its length as a variable-length integer, into points in the order of time, each time once. */
export function readTrack(bytes: Uint8Array): TrackPoint[] {
  const reader = new Reader(bytes)
  const all: TrackPoint[] = []
  while (reader.left > 0) all.push(...readChunk(reader.take(reader.unsigned())))
  all.sort((a, b) => a.at - b.at)
  return all.filter((p, i) => i === 0 || p.at !== all[i - 1]!.at)
}

/** Reads one chunk of codec 1; throws if it is damaged or of another codec. */
export function readChunk(bytes: Uint8Array): TrackPoint[] {
  const r = new Reader(bytes)
  if (r.byte() !== 1) throw new Error('unknown codec')
  const count = r.unsigned()
  const out: TrackPoint[] = []
  let at = 0, step = 0, lat = 0, lon = 0, speed = 0, heading = 0, accuracy = 0, battery = 0, flags = 0
  for (let i = 0; i < count; i++) {
    const changed = r.byte()
    if (changed & 1) step += r.signed()
    at += step
    if (changed & 2) { lat += r.signed(); lon += r.signed() }
    if (changed & 4) speed = (speed + r.signed()) & unknown16
    if (changed & 8) heading = turned(heading, r.signed())
    if (changed & 16) accuracy = (accuracy + r.signed()) & unknown16
    if (changed & 32) battery = r.byte()
    if (changed & 64) flags = r.byte()
    out.push({
      at, lat: lat / 1e6, lon: lon / 1e6, mock: !!(flags & 1), sos: !!(flags & 4), late: !!(flags & 8),
      ...(speed === unknown16 ? {} : { speed: speed / 10 }), ...(heading === unknown16 ? {} : { heading }),
      ...(accuracy === unknown16 ? {} : { accuracy }), ...(battery === unknown8 ? {} : { battery }),
    })
  }
  if (r.left > 0) throw new Error('bytes too many')
  return out
}

const turned = (from: number, by: number): number => (by === 360 ? unknown16 : from === unknown16 ? by : (((from + by) % 360) + 360) % 360)

/** Reads variable-length integers; throws where bytes are missing. */
export class Reader {
  private pos = 0
  constructor(private readonly bytes: Uint8Array) {}
  get left(): number { return this.bytes.length - this.pos }
  byte(): number {
    if (this.left < 1) throw new Error('ends too soon')
    return this.bytes[this.pos++]!
  }
  /** Without shifts: times in milliseconds need more than 32 bits. */
  unsigned(): number {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const b = this.byte()
      value += (b & 127) * factor
      if (b < 128) return value
    }
  }
  signed(): number {
    const v = this.unsigned()
    return v % 2 ? -(v + 1) / 2 : v / 2
  }
  take(n: number): Uint8Array {
    if (n > this.left) throw new Error('ends too soon')
    return this.bytes.subarray(this.pos, (this.pos += n))
  }
}

export interface Stop { from: number; to: number; lat: number; lon: number }
export interface TrackReading { metres: number; stops: Stop[]; gaps: { from: number; to: number }[] }

const gapMs = 60_000, stopMs = 180_000, stopMetres = 50, roughMetres = 50, jump = 15

/** Stops of three minutes within 50 m, gaps of a minute, the way between them; the same rules as on the server. */
export function readWalk(points: TrackPoint[], metres: (a: TrackPoint, b: TrackPoint) => number): TrackReading {
  const out: TrackReading = { metres: 0, stops: [], gaps: [] }
  let last: TrackPoint | undefined
  let window: TrackPoint[] = []
  const lasted = () => window.length > 0 && window.at(-1)!.at - window[0]!.at >= stopMs
  const note = () => {
    if (!lasted()) return
    const mean = (of: (p: TrackPoint) => number) => window.reduce((sum, p) => sum + of(p), 0) / window.length
    out.stops.push({ from: window[0]!.at, to: window.at(-1)!.at, lat: mean((p) => p.lat), lon: mean((p) => p.lon) })
  }
  points.forEach((p, i) => {
    const before = points[i - 1]
    if (before && p.at - before.at > gapMs) { out.gaps.push({ from: before.at, to: p.at }); note(); window = []; last = undefined }
    if (p.accuracy !== undefined && p.accuracy > roughMetres) return
    if (last) {
      const m = metres(last, p)
      if (m / ((p.at - last.at) / 1000) <= jump) out.metres += m
    }
    last = p
    while (window.length && metres(window[0]!, p) > stopMetres) {
      if (lasted()) { note(); window = []; break }
      window.shift()
    }
    window.push(p)
  })
  note()
  return out
}
