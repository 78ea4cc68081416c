import { expect, it } from 'vitest'
import { drawing } from './outline'

const square = (code: string, west: number, south: number, size: number) => ({
  type: 'Feature' as const, properties: { code, name: code },
  geometry: { type: 'Polygon' as const, coordinates: [[[west, south], [west + size, south], [west + size, south + size], [west, south + size], [west, south]]] },
})

it('a touch on the drawing comes back as the position that was drawn there', () => {
  const map = drawing({ type: 'FeatureCollection', features: [square('a', 118.7, 32, 0.05), square('b', 118.75, 32.02, 0.05)] })!
  for (const point of [{ lat: 32.01, lon: 118.71 }, { lat: 32.069, lon: 118.799 }]) {
    const [x, y] = map.spot(point)
    const back = map.place(x, y)
    expect(Math.abs(back.lat - point.lat)).toBeLessThan(2e-6)
    expect(Math.abs(back.lon - point.lon)).toBeLessThan(2e-6)
  }
})

it('north is up and distances are alike in both directions', () => {
  const map = drawing({ type: 'FeatureCollection', features: [square('a', 118.7, 32, 0.1)] })!
  expect(map.spot({ lat: 32.1, lon: 118.7 })[1]).toBeCloseTo(0)
  expect(map.height / map.width).toBeCloseTo(1 / Math.cos((32.05 * Math.PI) / 180), 2)
})

it('nothing to draw is no drawing', () => expect(drawing({ type: 'FeatureCollection', features: [] })).toBeUndefined())
