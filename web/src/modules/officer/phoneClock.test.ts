import { beforeEach, expect, test, vi } from 'vitest'

const noon = Date.parse('2026-11-23T12:00:00Z')
const minutes = (n: number) => n * 60_000
const served = (at: number) => new Date(at).toUTCString()
let clock: typeof import('./phoneClock')

beforeEach(async () => {
  const kept = new Map<string, string>()
  vi.stubGlobal('localStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value), removeItem: (key: string) => kept.delete(key) })
  vi.resetModules()
  clock = await import('./phoneClock')
})

/** A phone that is so far ahead of the server has heard of it twice. */
function fast(by: number): number {
  for (const n of [0, 1]) clock.heardTime(served(noon + n * 1000), noon + by + n * 1000)
  return noon + by + 1000
}

test('a phone five minutes fast sends the time of the server, whoever stamped the position', () => {
  const now = fast(minutes(5))
  expect(clock.timeThere(now)).toBe(noon + 1000)
  expect(clock.takenAt(now - 2000, now)).toBe(noon - 1000) // by its own clock
  expect(clock.takenAt(noon - 1000, now)).toBe(noon - 1000) // by the satellites
})

test('a phone ten minutes slow is helped too, also after the page was closed', async () => {
  const now = fast(-minutes(10))
  expect(clock.takenAt(now, now)).toBe(noon + 1000)
  vi.resetModules()
  const again = await import('./phoneClock')
  expect(again.takenAt(now, now)).toBe(noon + 1000)
})

test('seconds are left alone, and a clock that was set right is trusted again', () => {
  fast(20_000)
  expect(clock.ahead.value).toBe(0)
  fast(minutes(5))
  expect(clock.ahead.value).toBe(-minutes(5))
  fast(0)
  expect(clock.ahead.value).toBe(0)
})

test('one answer alone, such as one from a cache, changes nothing', () => {
  clock.heardTime(served(noon - minutes(60)), noon)
  clock.heardTime(served(noon), noon)
  clock.heardTime('nonsense', noon)
  expect(clock.ahead.value).toBe(0)
})
