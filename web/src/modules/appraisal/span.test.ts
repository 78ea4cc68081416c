import { expect, it } from 'vitest'
import { along, spanOf } from './span'

it('keeps zero on the axis of differences', () => {
  expect(spanOf([1.2, 3.4, null])).toEqual({ low: 0, high: 4 })
  expect(spanOf([-2.5, -0.5])).toEqual({ low: -3, high: 0 })
  expect(spanOf([])).toEqual({ low: -1, high: 1 })
})

it('places values from margin to margin', () => {
  const span = { low: -2, high: 2 }
  expect(along(span, -2, 100)).toBe(6)
  expect(along(span, 0, 100)).toBe(50)
  expect(along(span, 2, 100)).toBe(94)
})
