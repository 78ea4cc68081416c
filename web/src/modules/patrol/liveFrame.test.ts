import { expect, it } from 'vitest'
import { readFrame } from './liveFrame'
import { LiveStore } from './liveStore'
import golden from './testdata/frame.json'

const bytes = Uint8Array.from(atob(golden.frame), (c) => c.charCodeAt(0))

it('a frame gives what the server wrote', () => {
  const frame = readFrame(bytes)
  expect([frame.whole, frame.full, frame.now, frame.change, frame.gone]).toEqual([true, true, golden.now, golden.change, golden.gone])
  expect(frame.spots.map((s) => [s.slot, Math.round(s.lat * 1e6), Math.round(s.lon * 1e6), s.at, s.busy, s.grid])).toEqual(golden.spots.map((s) => [s.Slot, s.Point.Lat, s.Point.Lon, s.Point.At, s.Busy, s.Grid]))
  expect(frame.spots[0]!.battery).toBeUndefined()
  expect([frame.spots[1]!.battery, frame.spots[1]!.speed, frame.spots[1]!.heading, frame.spots[1]!.accuracy, frame.spots[1]!.sos]).toEqual([64, 1.3, 271, 7, true])
})
it('a frame that is cut is refused', () => {
  for (let n = 0; n < bytes.length; n++) expect(() => readFrame(bytes.subarray(0, n))).toThrow()
})

const spot = (slot: number, at: number) => ({ slot, lat: 32, lon: 118, at, sos: false, busy: false, grid: 0 })
const frame = (part: Partial<ReturnType<typeof readFrame>>) => ({ whole: false, full: false, epoch: 1, change: 1, now: 0, gone: [], spots: [], ...part })

it('a store forgets everything with a whole frame and whoever is gone', () => {
  const store = new LiveStore()
  store.take(frame({ whole: true, spots: [spot(1, 0), spot(2, 0)] }))
  store.take(frame({ gone: [1], spots: [spot(3, 0)], change: 9 }))
  expect([...store.by.keys()]).toEqual([2, 3])
  store.take(frame({ whole: true, epoch: 2, spots: [spot(7, 0)] }))
  expect([...store.by.keys()]).toEqual([7])
})
it('a week of shifts leaves nothing behind', () => {
  const store = new LiveStore()
  const people = 60
  let slot = 0
  let now = 0
  const on: number[] = []
  for (let second = 0; second < 7 * 86_400; second += 2) {
    now = second * 1000
    const gone = on.length >= people && second % 60 === 0 ? [on.shift()!] : []
    if (on.length < people) on.push(++slot)
    store.take(frame({ change: second, now, gone, spots: on.slice(0, 6).map((one) => spot(one, now)) }))
    store.name({ people: { [slot]: { id: 'o' + slot, name: 'n', unit: 'u', area: 'a' } } })
  }
  expect(store.by.size).toBeLessThanOrEqual(people)
  expect(store.people.size).toBeLessThanOrEqual(people + 1)
  expect(slot).toBeGreaterThan(10_000)
})
