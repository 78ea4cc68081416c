import { describe, expect, it } from 'vitest'
import { metresBetween } from '@/modules/cases/distance'
import golden from './testdata/chunk.json'
import { readChunk, readTrack, readWalk } from './track'

const bytes = (base64: string) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))
const chunk = bytes(golden.chunk)
const framed = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((p) => [...length(p.length), ...p]))
const length = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...length(n >> 7)])

describe('a chunk', () => {
  it('gives the points that the server packed', () => {
    const points = readChunk(chunk)
    expect(points).toHaveLength(golden.points.length)
    golden.points.forEach((want, i) => {
      const got = points[i]!
      expect([got.at, Math.round(got.lat * 1e6), Math.round(got.lon * 1e6)]).toEqual([want.At, want.Lat, want.Lon])
      expect([got.speed === undefined ? 65535 : Math.round(got.speed * 10), got.heading ?? 65535, got.accuracy ?? 65535, got.battery ?? 255]).toEqual([want.Speed, want.Heading, want.Accuracy, want.Battery])
      expect([got.sos, got.late]).toEqual([(want.Flags & 4) > 0, (want.Flags & 8) > 0])
    })
  })
  it('that is damaged is refused', () => {
    expect(() => readChunk(chunk.subarray(0, -1))).toThrow()
    expect(() => readChunk(Uint8Array.from([9, 0]))).toThrow()
  })
})

it('a track of overlapping chunks has each time once', () => {
  expect(readTrack(framed(chunk, chunk))).toHaveLength(golden.points.length)
})

it('a walk shows its gap', () => {
  const walk = readWalk(readChunk(chunk), (a, b) => metresBetween(a.lat, a.lon, b.lat, b.lon))
  expect(walk.gaps).toHaveLength(1)
  expect(walk.metres).toBeGreaterThan(100)
})
