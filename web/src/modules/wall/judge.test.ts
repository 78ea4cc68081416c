import { expect, it } from 'vitest'
import { scaleOf, toneOf } from './judge'

it('a score is marked only where its whole interval lies on one side of the district', () => {
  expect(toneOf({ low: 86, high: 88 }, 85)).toBe('var(--w-ok)')
  expect(toneOf({ low: 82, high: 84 }, 85)).toBe('var(--w-warn)')
  expect(toneOf({ low: 84, high: 88 }, 85)).toBe('var(--w-text-2)')
  expect(toneOf({ low: null, high: 88 }, 85)).toBe('var(--w-text-2)')
})

it('every value lies inside the axis, and its ticks are round', () => {
  for (const values of [[84.7], [83.7, 85.7], [61, 97.5]]) {
    const { x, ticks } = scaleOf(values, 100, 400)
    for (const v of values) expect(x(v)).toBeGreaterThan(100)
    for (const v of values) expect(x(v)).toBeLessThanOrEqual(400)
    expect(ticks.every(Number.isInteger)).toBe(true)
  }
})
