import jsQR from 'jsqr'
import { expect, test } from 'vitest'
import { mostBytes, qrCode, qrPath } from './qr'

test('a code that another encoder drew alike', () => {
  const rows = qrCode('https://a.cn')!.map((row) => row.map((dark) => (dark ? '#' : '.')).join(''))
  expect(rows).toEqual([
    '#######....##.#######',
    '#.....#.#.#...#.....#',
    '#.###.#...###.#.###.#',
    '#.###.#..#..#.#.###.#',
    '#.###.#.#..##.#.###.#',
    '#.....#..###..#.....#',
    '#######.#.#.#.#######',
    '..........#..........',
    '#.#.#.#..##.#...#..#.',
    '.###.#..#..#..###...#',
    '###...###..#.#..#.###',
    '#.#.#..#..###...#..#.',
    '##.#..####.#...#.#...',
    '........#.##.#.##..##',
    '#######...#.###.#.###',
    '#.....#..#####.##..#.',
    '#.###.#.####.....#.#.',
    '#.###.#..####.#.##.#.',
    '#.###.#.#..##...#.#.#',
    '#.....#.....#...#..#.',
    '#######.##..#...##.##',
  ])
})

/** The code as a picture of four pixels a module, with its white border. */
function picture(code: boolean[][]): [Uint8ClampedArray, number] {
  const scale = 4, side = (code.length + 8) * scale
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255)
  for (let y = 0; y < side; y++) for (let x = 0; x < side; x++)
    if (code[Math.floor(y / scale) - 4]?.[Math.floor(x / scale) - 4]) pixels.fill(0, (y * side + x) * 4, (y * side + x) * 4 + 3)
  return [pixels, side]
}

test('every version is read by a decoder of somebody else', () => {
  for (const n of [1, 14, 15, 26, 42, 62, 84, 106, 107, 122, 152, 180, 213, 214, 251, 287, 331, 362, 412, 450, 504, 560, 624, mostBytes]) {
    const text = Array.from({ length: n }, (_, i) => String.fromCharCode(33 + ((i * 31 + n) % 90))).join('')
    const [pixels, side] = picture(qrCode(text)!)
    expect(jsQR(pixels, side, side)?.data, `${n} bytes`).toBe(text)
  }
  const [pixels, side] = picture(qrCode('网格员手机：南京市鼓楼区')!)
  expect(jsQR(pixels, side, side)?.data).toBe('网格员手机：南京市鼓楼区')
}, 60_000)

test('the smallest version that holds the text, none beyond the largest', () => {
  expect([14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624, mostBytes].map((n) => qrCode('x'.repeat(n))!.length)).toEqual(Array.from({ length: 20 }, (_, i) => 21 + 4 * i))
  expect(qrCode('x'.repeat(mostBytes + 1))).toBeUndefined()
  expect(qrPath([[true]])).toBe('M4 4h1v1h-1z')
})
