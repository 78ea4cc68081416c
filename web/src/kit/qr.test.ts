import { expect, test } from 'vitest'
import { qrCode, qrPath } from './qr'

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

test('the smallest version that holds the text, none beyond 106 bytes', () => {
  expect([14, 26, 42, 62, 84, 106].map((n) => qrCode('x'.repeat(n))!.length)).toEqual([21, 25, 29, 33, 37, 41])
  expect(qrCode('x'.repeat(107))).toBeUndefined()
  expect(qrPath([[true]])).toBe('M4 4h1v1h-1z')
})
