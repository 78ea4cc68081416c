const columns = 9
const rows = 8
const samples = 32

/**
 * The look of a picture as the server reckons it: whether each of 9 × 8 cells is brighter than its right neighbour, 64 bits as 16
 * hexadecimal digits ("difference hash", Krawetz 2013). So a photograph that is still on the device is compared with those of cases
 * nearby. Undefined where the picture cannot be read or is uniform.
 */
export async function lookOf(blob: Blob): Promise<string | undefined> {
  const picture = await createImageBitmap(blob).catch(() => undefined)
  if (!picture) return undefined
  const canvas = document.createElement('canvas')
  canvas.width = columns * samples
  canvas.height = rows * samples
  const pen = canvas.getContext('2d', { willReadFrequently: true })!
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height)
  picture.close()
  return differences(pen.getImageData(0, 0, canvas.width, canvas.height).data)
}

/** The look of pixels laid out as the canvas above, red, green, blue and alpha each a byte. */
export function differences(pixels: Uint8ClampedArray): string | undefined {
  const cells = Array.from({ length: rows * columns }, () => 0)
  for (let at = 0; at < pixels.length; at += 4) {
    const pixel = at / 4
    const cell = Math.floor(Math.floor(pixel / (columns * samples)) / samples) * columns + Math.floor((pixel % (columns * samples)) / samples)
    cells[cell]! += 299 * pixels[at]! + 587 * pixels[at + 1]! + 114 * pixels[at + 2]!
  }
  let look = 0n
  for (let y = 0; y < rows; y++) for (let x = 0; x < columns - 1; x++) look = (look << 1n) | (cells[y * columns + x]! > cells[y * columns + x + 1]! ? 1n : 0n)
  return look ? look.toString(16).padStart(16, '0') : undefined
}
