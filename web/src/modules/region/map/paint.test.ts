import { expect, it } from 'vitest'
import { outlineOf } from '../outline'
import { boundsOf, labelPoint } from './geometry'
import { classesOf } from './paint'

const square = { type: 'Polygon' as const, coordinates: [[[118, 32], [118.2, 32], [118.2, 32.2], [118, 32.2], [118, 32]]] }

it('classes have one label more than breaks and never repeat a break', () => {
  const classes = classesOf([100, 100, 100, 100, 900])
  expect(new Set(classes.breaks).size).toBe(classes.breaks.length)
  expect(classes.labels.length).toBe(classes.breaks.length + 1)
  expect(classesOf([])).toEqual({ breaks: [], labels: [] })
})
it('the label of a square lies in its middle', () => {
  const [x, y] = labelPoint(square)!
  expect(x).toBeCloseTo(118.1)
  expect(y).toBeCloseTo(32.1)
})
it('bounds span all features and an empty list has none', () => {
  expect(boundsOf([{ type: 'Feature', properties: {}, geometry: square }])).toEqual([[118, 32], [118.2, 32.2]])
  expect(boundsOf([])).toBeNull()
})
it('a shape is closed, north up and shortened towards the pole', () => {
  const { path, box } = outlineOf(square, 100)!
  expect(path.startsWith('M') && path.endsWith('Z')).toBe(true)
  const [, , width, height] = box.split(' ').map(Number)
  expect(width).toBeLessThan(height!)
})
