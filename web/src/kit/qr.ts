/** [blocks, data bytes and check bytes of each] of versions 1 to 6 at level M: a seventh of the code may be dirty or torn. */
const sizes = [[1, 16, 10], [1, 28, 16], [1, 44, 26], [2, 32, 18], [2, 43, 24], [4, 27, 16]] as const

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

/** Bytes with their length, padded, cut into blocks, with check bytes, woven together. */
function codewords(text: Uint8Array, [blocks, each, check]: (typeof sizes)[number]): number[] {
  const nibbles = [4, text.length >> 4, text.length & 15, ...Array.from(text).flatMap((b) => [b >> 4, b & 15]), 0]
  const data = Array.from({ length: nibbles.length / 2 }, (_, i) => (nibbles[2 * i]! << 4) | nibbles[2 * i + 1]!)
  for (let pad = 0xec; data.length < blocks * each; pad ^= 0xec ^ 0x11) data.push(pad)
  const parts = Array.from({ length: blocks }, (_, b) => data.slice(b * each, (b + 1) * each))
  const sums = parts.map((p) => checks(p, check))
  const weave = (of: number[][]) => of[0]!.flatMap((_, i) => of.map((p) => p[i]!))
  return [...weave(parts), ...weave(sums)]
}

/** The modules of a QR code, row by row, true for dark, without the white border of four. Up to 106 bytes, otherwise undefined. */
export function qrCode(text: string): boolean[][] | undefined {
  const bytes = new TextEncoder().encode(text)
  const version = sizes.findIndex(([blocks, each]) => bytes.length + 2 <= blocks * each) + 1
  if (!version) return undefined
  const side = 17 + 4 * version
  const rows: (boolean | undefined)[][] = Array.from({ length: side }, () => Array<boolean | undefined>(side).fill(undefined))
  const set = (x: number, y: number, dark: boolean) => { if (x >= 0 && y >= 0 && x < side && y < side) rows[y]![x] = dark }
  for (let i = 0; i < side; i++) { set(6, i, i % 2 === 0); set(i, 6, i % 2 === 0) }
  for (const [cx, cy] of [[3, 3], [side - 4, 3], [3, side - 4]] as const)
    for (let dy = -4; dy <= 4; dy++) for (let dx = -4; dx <= 4; dx++) { const far = Math.max(Math.abs(dx), Math.abs(dy)); set(cx + dx, cy + dy, far !== 2 && far !== 4) }
  if (version > 1) for (let dy = -2; dy <= 2; dy++) for (let dx = -2; dx <= 2; dx++) set(side - 7 + dx, side - 7 + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1)
  const format = (i: number) => ((0x5412 >> i) & 1) === 1 // level M, mask 0
  for (let i = 0; i < 15; i++) {
    if (i < 8) { set(8, i < 6 ? i : i + 1, format(i)); set(side - 1 - i, 8, format(i)) } else { set(i === 8 ? 7 : 14 - i, 8, format(i)); set(8, side - 15 + i, format(i)) }
  }
  set(8, side - 8, true)
  const words = codewords(bytes, sizes[version - 1]!)
  const fixed = rows.map((row) => row.map((m) => m !== undefined))
  let bit = 0
  for (let right = side - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5
    for (let step = 0; step < side; step++) for (const x of [right, right - 1]) {
      const y = ((right + 1) & 2) === 0 ? side - 1 - step : step
      if (fixed[y]![x]) continue
      set(x, y, ((((words[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1) === 1) !== ((x + y) % 2 === 0))
      bit++
    }
  }
  return rows.map((row) => row.map(Boolean))
}

/** The code as an SVG path of unit squares, shifted by the white border. */
export const qrPath = (code: boolean[][]): string => code.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + 4} ${y + 4}h1v1h-1z` : ''))).join('')
