import { expect, test } from 'vitest'
import { differences } from './photoLook'

/** A picture of 9 × 8 cells of 32 × 32 pixels, each as bright as said. */
function picture(bright: (x: number, y: number) => number): Uint8ClampedArray {
  const out = new Uint8ClampedArray(288 * 256 * 4)
  for (let at = 0; at < out.length; at += 4) out.fill(bright(Math.floor(((at / 4) % 288) / 32), Math.floor(at / 4 / 288 / 32)), at, at + 3)
  return out
}

test('the look tells which cells are brighter than their right neighbour, and nothing of a uniform picture', () => {
  expect(differences(picture((x) => 200 - 10 * x))).toBe('ffffffffffffffff')
  expect(differences(picture(() => 90))).toBeUndefined()
  expect(differences(picture((x, y) => (y === 0 && x === 0 ? 250 : 10 + x)))).toBe('8000000000000000')
  expect(differences(picture((x, y) => (y === 7 && x === 7 ? 250 : 10 + x)))).toBe('0000000000000001')
})
