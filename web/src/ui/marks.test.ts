import { expect, it } from 'vitest'
import { axisOf, heatStep, place, rankPlace } from './marks'

it('one axis holds every interval, with round ticks', () => {
  const axis = axisOf([{ low: 80.3, high: 81.9 }, { low: 91.2, high: 93.4 }])
  expect(axis.low).toBeLessThanOrEqual(80.3)
  expect(axis.high).toBeGreaterThanOrEqual(93.4)
  expect(axis.ticks[0]).toBe(axis.low)
  expect(axis.ticks.at(-1)).toBe(axis.high)
})
it('no data gives the whole scale, never NaN', () => {
  expect(axisOf([])).toMatchObject({ low: 0, high: 100 })
  expect(place(axisOf([{ low: 50, high: 50 }]), 50, 200)).not.toBeNaN()
})
it('marks stay inside their cell', () => {
  const axis = axisOf([{ low: 80, high: 90 }])
  expect(place(axis, 10, 200)).toBe(6)
  expect(place(axis, 99, 200)).toBe(194)
})
it('rank 1 of 13 lies left of rank 13', () => expect(rankPlace(1, 13, 130)).toBeLessThan(rankPlace(13, 13, 130)))
it('a difference inside its own error has no colour', () => {
  expect(heatStep(1.9, 2)).toBe(0)
  expect(heatStep(-1.9, 1.2)).toBe(-1)
  expect(heatStep(5, 1)).toBe(3)
  expect(heatStep(0, 0)).toBe(0)
})
