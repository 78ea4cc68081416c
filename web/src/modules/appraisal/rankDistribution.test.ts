import { expect, it } from 'vitest'
import { rankDistributions } from './rankDistribution'

const street = (area_code: string, score: number, se = 0.4) => ({ area_code, score, se })
const sum = (p: number[]) => p.reduce((a, b) => a + b, 0)

it('the ranks of a street add up to one, and so does every rank over the streets', () => {
  const streets = [street('a', 88), street('b', 87.5), street('c', 87.4), street('d', 80)]
  const found = [...rankDistributions(streets).values()]
  for (const ranks of found) expect(sum(ranks)).toBeCloseTo(1, 6)
  for (let k = 0; k < streets.length; k++) expect(sum(found.map((ranks) => ranks[k]!))).toBeCloseTo(1, 3)
})
it('two equal streets share both ranks', () => {
  const found = rankDistributions([street('a', 85), street('b', 85)])
  expect(found.get('a')![0]).toBeCloseTo(0.5, 4)
})
it('agrees with the difference of two normals', () => {
  // P(a > b) for a gap of one pooled standard error is Φ(1).
  const found = rankDistributions([street('a', 86, 1), street('b', 86 - Math.SQRT2, 1)])
  expect(found.get('a')![0]).toBeCloseTo(0.84134, 4)
})
it('clear leaders are clear', () => {
  const found = rankDistributions([street('a', 95), street('b', 85), street('c', 75)])
  expect(found.get('a')![0]).toBeGreaterThan(0.999)
})
