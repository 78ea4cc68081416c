/**
 * Versions 1 to 20 of ISO/IEC 18004 at level M, where a seventh of the code may be dirty or torn: check bytes of a block, blocks and data
 * bytes of each; in larger versions some more blocks hold one byte more.
 */
const sizes: readonly (readonly [check: number, blocks: number, each: number, longer?: number])[] = [
  [10, 1, 16], [16, 1, 28], [26, 1, 44], [18, 2, 32], [24, 2, 43], [16, 4, 27], [18, 4, 31], [22, 2, 38, 2], [22, 3, 36, 2], [26, 4, 43, 1],
  [30, 1, 50, 4], [22, 6, 36, 2], [22, 8, 37, 1], [24, 4, 40, 5], [24, 5, 41, 5], [28, 7, 45, 3], [28, 10, 46, 1], [26, 9, 43, 4], [26, 3, 44, 11], [26, 3, 41, 13],
]

/** Where the small squares lie between the first, in column and row 6, and the last, by version from 7 on. */
const middles = [[22], [24], [26], [28], [30], [32], [34], [26, 46], [26, 48], [26, 50], [30, 54], [30, 56], [30, 58], [34, 62]]

/** The most bytes a code holds. */
export const mostBytes = 666

function times(a: number, b: number): number {
  let product = 0
  for (let i = 7; i >= 0; i--) product = (product << 1) ^ ((product >>> 7) * 0x11d) ^ (((b >>> i) & 1) * a)
  return product
}

/** Reed–Solomon check bytes. */
function checks(data: number[], n: number): number[] {
  const divisor: number[] = [...Array<number>(n - 1).fill(0), 1]
  for (let i = 0, root = 1; i < n; i++, root = times(root, 2)) for (let j = 0; j < n; j++) divisor[j] = times(divisor[j]!, root) ^ (divisor[j + 1] ?? 0)
  const rest = Array<number>(n).fill(0)
  for (const byte of data) {
    const factor = byte ^ rest.shift()!
    rest.push(0)
    divisor.forEach((d, i) => { rest[i]! ^= times(d, factor) })
  }
  return rest
}

const room = (version: number) => { const [, blocks, each, longer = 0] = sizes[version - 1]!; return blocks * each + longer * (each + 1) }
const lengthBytes = (version: number) => (version < 10 ? 1 : 2)

/** Bytes with their length, padded, cut into blocks, with check bytes, woven together. */
function codewords(text: Uint8Array, version: number): number[] {
  const [check, blocks, each, longer = 0] = sizes[version - 1]!
  const length = lengthBytes(version) === 1 ? [text.length] : [text.length >> 8, text.length & 255]
  const nibbles = [4, ...[...length, ...text].flatMap((b) => [b >> 4, b & 15]), 0]
  const data = Array.from({ length: nibbles.length / 2 }, (_, i) => (nibbles[2 * i]! << 4) | nibbles[2 * i + 1]!)
  for (let pad = 0xec; data.length < room(version); pad ^= 0xec ^ 0x11) data.push(pad)
  const parts = Array.from({ length: blocks + longer }, (_, b) => { const from = b * each + Math.max(0, b - blocks); return data.slice(from, from + each + (b < blocks ? 0 : 1)) })
  const sums = parts.map((p) => checks(p, check))
  const weave = (of: number[][]) => of.at(-1)!.flatMap((_, i) => of.flatMap((p) => (i < p.length ? [p[i]!] : [])))
  return [...weave(parts), ...weave(sums)]
}

/** The number of a version with its check bits. */
function versionBits(version: number): number {
  let rest = version
  for (let i = 0; i < 12; i++) rest = (rest << 1) ^ ((rest >>> 11) * 0x1f25)
  return (version << 12) | rest
}

type Paint = (x: number, y: number, dark: boolean) => void

/** What is the same in every code of a version: lines and squares to find it by, and how it is read (level M, mask 0). */
function frame(version: number, side: number, set: Paint): void {
  for (let i = 0; i < side; i++) { set(6, i, i % 2 === 0); set(i, 6, i % 2 === 0) }
  for (const [cx, cy] of [[3, 3], [side - 4, 3], [3, side - 4]] as const)
    for (let dy = -4; dy <= 4; dy++) for (let dx = -4; dx <= 4; dx++) { const far = Math.max(Math.abs(dx), Math.abs(dy)); set(cx + dx, cy + dy, far !== 2 && far !== 4) }
  const lines = version < 2 ? [] : [6, ...(middles[version - 7] ?? []), side - 7]
  for (const cy of lines) for (const cx of lines) {
    if ((cx === 6 || cx === side - 7) && (cy === 6 || cy === side - 7) && !(cx === side - 7 && cy === side - 7)) continue // the large squares stand there
    for (let dy = -2; dy <= 2; dy++) for (let dx = -2; dx <= 2; dx++) set(cx + dx, cy + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1)
  }
  const format = (i: number) => ((0x5412 >> i) & 1) === 1
  for (let i = 0; i < 15; i++) {
    if (i < 8) { set(8, i < 6 ? i : i + 1, format(i)); set(side - 1 - i, 8, format(i)) } else { set(i === 8 ? 7 : 14 - i, 8, format(i)); set(8, side - 15 + i, format(i)) }
  }
  set(8, side - 8, true)
  for (let i = 0, bits = versionBits(version); version >= 7 && i < 18; i++) {
    const dark = ((bits >> i) & 1) === 1
    set(side - 11 + (i % 3), Math.floor(i / 3), dark)
    set(Math.floor(i / 3), side - 11 + (i % 3), dark)
  }
}

/** The modules of a QR code, row by row, true for dark, without the white border of four. Up to mostBytes, otherwise undefined. */
export function qrCode(text: string): boolean[][] | undefined {
  const bytes = new TextEncoder().encode(text)
  const version = sizes.findIndex((_, i) => bytes.length + lengthBytes(i + 1) + 1 <= room(i + 1)) + 1
  if (!version) return undefined
  const side = 17 + 4 * version
  const rows: (boolean | undefined)[][] = Array.from({ length: side }, () => Array<boolean | undefined>(side).fill(undefined))
  frame(version, side, (x, y, dark) => { if (x >= 0 && y >= 0 && x < side && y < side) rows[y]![x] = dark })
  const words = codewords(bytes, version)
  const fixed = rows.map((row) => row.map((m) => m !== undefined))
  let bit = 0
  for (let right = side - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5
    for (let step = 0; step < side; step++) for (const x of [right, right - 1]) {
      const y = ((right + 1) & 2) === 0 ? side - 1 - step : step
      if (fixed[y]![x]) continue
      rows[y]![x] = ((((words[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1) === 1) !== ((x + y) % 2 === 0)
      bit++
    }
  }
  return rows.map((row) => row.map(Boolean))
}

/** The code as an SVG path of unit squares, shifted by the white border. */
export const qrPath = (code: boolean[][]): string => code.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + 4} ${y + 4}h1v1h-1z` : ''))).join('')
