import { expect, it } from 'vitest'
import type { Score, ScoreChange } from '@/api/types'
import { heatLines } from './heat'
import { claimOf, isShown } from './shown'

const row = (over: Partial<Score>): Score =>
  ({ area_code: '320106001', area_level: 'subdistrict', area_name: '甲街道', channel: 'targeted', code: 'A1', group: '', label: '民意', level: 'key_point', n: 600, n_eff: 400, deff: 1.4, df: 100, rate: null, rate_high: null, rate_low: null, rate_se: null, score: 85, se: 0.4, low: 84.2, high: 85.8, ...over }) as Score

it('a suppressed or too thin cell is never printed', () => {
  expect(isShown(row({ suppressed: true }))).toBe(false)
  expect(isShown(row({ insufficient: true }))).toBe(false)
  expect(isShown(row({ se: null }))).toBe(false)
  expect(isShown(undefined)).toBe(false)
  expect(isShown(row({}))).toBe(true)
})
it('a change is claimed only where the server claims it', () => {
  const change = (verdict: string) => ({ area_code: 'a', difference: 1, low: 0.2, high: 1.8, verdict }) as ScoreChange
  expect(claimOf(change('up'))).toEqual({ difference: 1, low: 0.2, high: 1.8 })
  expect(claimOf(change('alike'))!.low).toBe(0)
  expect(claimOf(undefined)).toBeNull()
})
it('heat compares a street with the district on the same point only', () => {
  const [line] = heatLines([row({ score: 90 }), row({ code: 'B1', score: 10 })], [row({ area_code: '320106', score: 87, se: 0.1 })])
  expect(line!.cells.get('320106001')!.difference).toBeCloseTo(3)
})
