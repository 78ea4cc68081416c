import { expect, it } from 'vitest'
import type { Score } from '@/api/types'
import { heatLines } from './heat'
import { changeOf, isShown } from './shown'

const row = (over: Partial<Score>): Score =>
  ({ area_code: '320106001', area_level: 'subdistrict', area_name: '甲街道', channel: 'targeted', code: 'A1', group: '', label: '民意', level: 'key_point', n: 600, n_eff: 400, deff: 1.4, df: 100, rate: null, rate_high: null, rate_low: null, rate_se: null, score: 85, se: 0.4, low: 84.2, high: 85.8, ...over }) as Score

it('a suppressed or too thin cell is never printed', () => {
  expect(isShown(row({ suppressed: true }))).toBe(false)
  expect(isShown(row({ insufficient: true }))).toBe(false)
  expect(isShown(row({ se: null }))).toBe(false)
  expect(isShown(undefined)).toBe(false)
  expect(isShown(row({}))).toBe(true)
})
it('a change carries its interval and needs both waves', () => {
  const change = changeOf(row({ score: 86 }), row({ score: 85 }))!
  expect(change.difference).toBeCloseTo(1)
  expect(change.low).toBeLessThan(0)
  expect(change.high).toBeGreaterThan(1)
  expect(changeOf(row({}), undefined)).toBeNull()
})
it('heat compares a street with the district on the same point only', () => {
  const [line] = heatLines([row({ score: 90 }), row({ code: 'B1', score: 10 })], [row({ area_code: '320106', score: 87, se: 0.1 })])
  expect(line!.cells.get('320106001')!.difference).toBeCloseTo(3)
})
