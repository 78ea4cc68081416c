import { expect, it } from 'vitest'
import { areaOf, cornersOf, geometryOf, middles, selfMeeting, type Corner } from './outline'

const square: Corner[] = [[118.77, 32.06], [118.771, 32.06], [118.771, 32.061], [118.77, 32.061]]

it('a square has its area and meets itself nowhere', () => {
  expect(areaOf(square) / (94.24 * 111.19)).toBeCloseTo(1, 2)
  expect(selfMeeting(square, true)).toBeNull()
  expect(middles(square, true)).toHaveLength(4)
  expect(middles(square, false)).toHaveLength(3)
})
it('a border that crosses itself says where', () => {
  const at = selfMeeting([[0, 0], [2, 2], [2, 0], [0, 2]], false)
  expect(at).toEqual([1, 1])
  expect(selfMeeting([[0, 0], [2, 0], [2, 2]], false)).toBeNull()
})
it('closing can cross where the open border does not', () => {
  const corners: Corner[] = [[0, 0], [4, 0], [4, 3], [2, -1]]
  expect(selfMeeting(corners.slice(0, 3), true)).toBeNull()
  expect(selfMeeting(corners, false)).not.toBeNull()
  const hook: Corner[] = [[0, 0], [4, 0], [4, 4], [3, 4], [3, 1], [2, 5]]
  expect(selfMeeting(hook, false)).toBeNull()
  expect(selfMeeting([...hook, [5, 5]], true)).not.toBeNull()
})
it('running back on itself, a corner twice and touching are meetings', () => {
  expect(selfMeeting([[0, 0], [2, 0], [1, 0]], false)).not.toBeNull()
  expect(selfMeeting([[0, 0], [2, 0], [2, 0]], false)).not.toBeNull()
  expect(selfMeeting([[0, 0], [4, 0], [4, 2], [2, 0], [0, 2]], true)).not.toBeNull()
})
it('a drawing goes to the server and comes back', () => {
  expect(cornersOf(geometryOf(square))).toEqual(square)
  expect(cornersOf({ type: 'MultiPolygon', coordinates: [[[...square, square[0]]], [[...square, square[0]]]] })).toBeNull()
  expect(cornersOf(undefined)).toBeNull()
})
