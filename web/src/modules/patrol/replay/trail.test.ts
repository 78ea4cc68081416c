import { describe, expect, it } from 'vitest'
import { circle, hereAt, indexAt, stretches } from './trail'

const points = [0, 10, 20, 200, 210].map((s, i) => ({ at: s * 1000, lat: 32 + i * 1e-4, lon: 118, mock: false, sos: false, late: false }))

describe('where somebody was', () => {
  it('lies between two fixes', () => {
    expect(indexAt(points, -1)).toBe(-1)
    expect(hereAt(points, -1)).toBeUndefined()
    const here = hereAt(points, 5_000)!
    expect(here.lat).toBeCloseTo(32.00005, 7)
    expect(here.silent).toBe(false)
  })
  it('stays at the last fix in a gap and is marked silent', () => {
    expect(hereAt(points, 100_000)).toMatchObject({ lat: points[2]!.lat, silent: true })
    expect(hereAt(points, 50_000)!.silent).toBe(false)
  })
})

it('a gap parts the way', () => {
  const all = stretches(points)
  expect(all.ways.map((way) => way.length)).toEqual([3, 2])
  expect(all.gaps).toHaveLength(1)
  expect(stretches(points, 15_000).ways[0]).toHaveLength(2)
})

it('a circle closes', () => {
  const ring = circle(32, 118, 100)
  expect(ring[0]![0]).toBeCloseTo(ring.at(-1)![0], 9)
})
