import { expect, it } from 'vitest'
import type { Driver } from '@/api/types'
import { layOut } from './importance'

const driver = (code: string, importance: number, score: number): Driver => ({ code, label: code, importance, low: importance - 0.02, high: importance + 0.02, johnson: importance, beta: 0, score, se: 0.3, quadrant: 'keep' })

it('puts the important to the right, the well rated up, and the means on the lines', () => {
  const plot = layOut({ items: [driver('a', 0.2, 80), driver('b', 0.05, 90)], mid_share: 0.1, mid_score: 85 }, 560, 400)
  const [a, b] = plot.points
  expect(a!.x).toBeGreaterThan(plot.midX)
  expect(a!.y).toBeGreaterThan(plot.midY)
  expect(b!.x).toBeLessThan(plot.midX)
  expect(b!.y).toBeLessThan(plot.midY)
})

it('keeps the words of points at one place apart', () => {
  const plot = layOut({ items: [driver('a', 0.1, 85), driver('b', 0.1, 85), driver('c', 0.1, 85)], mid_share: 0.1, mid_score: 85 }, 560, 400)
  const seats = new Set(plot.points.map((p) => `${p.labelX} ${p.labelY}`))
  expect(seats.size).toBe(3)
})
