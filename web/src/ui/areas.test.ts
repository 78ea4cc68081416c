import { expect, it } from 'vitest'
import { drawn, moved } from './areas'

it('a rectangle may be drawn from any corner and ends at the edge of the picture', () => {
  expect(drawn({ x: 0.5, y: 0.6 }, { x: 0.2, y: 0.1 })).toEqual({ x: 0.2, y: 0.1, w: 0.3, h: 0.5 })
  expect(drawn({ x: 0.8, y: 0.8 }, { x: 1.4, y: -0.2 })).toEqual({ x: 0.8, y: 0, w: 0.2, h: 0.8 })
})

it('keys move and resize a rectangle without pushing it out', () => {
  expect(moved({ x: 0, y: 0.5, w: 0.2, h: 0.2 }, 'ArrowLeft', false).x).toBe(0)
  expect(moved({ x: 0.79, y: 0.5, w: 0.2, h: 0.2 }, 'ArrowRight', false).x).toBe(0.8)
  expect(moved({ x: 0.5, y: 0.5, w: 0.5, h: 0.2 }, 'ArrowRight', true).w).toBe(0.5)
  expect(moved({ x: 0.5, y: 0.5, w: 0.02, h: 0.2 }, 'ArrowLeft', true).w).toBe(0.02)
})
