import { expect, it } from 'vitest'
import { captureOf, withCapture } from './capture'

/** A JPEG of two segments: JFIF, then EXIF with orientation 6 and one more tag. */
function photo(little: boolean): Uint8Array<ArrayBuffer> {
  const tiff = new DataView(new ArrayBuffer(8 + 2 + 24 + 4))
  tiff.setUint16(0, little ? 0x4949 : 0x4d4d)
  tiff.setUint16(2, 42, little)
  tiff.setUint32(4, 8, little)
  tiff.setUint16(8, 2, little)
  const entry = (i: number, tag: number, value: number) => { const at = 10 + i * 12; tiff.setUint16(at, tag, little); tiff.setUint16(at + 2, 3, little); tiff.setUint32(at + 4, 1, little); tiff.setUint16(at + 8, value, little) }
  entry(0, 0x0112, 6)
  entry(1, 0x0213, 7)
  const exif = [...new TextEncoder().encode('Exif'), 0, 0, ...new Uint8Array(tiff.buffer)]
  const segment = (marker: number, content: number[]) => [0xff, marker, (content.length + 2) >> 8, (content.length + 2) & 255, ...content]
  return new Uint8Array([0xff, 0xd8, ...segment(0xe0, [1, 2, 3]), ...segment(0xe1, exif), ...segment(0xda, [0]), 9, 9, 0xff, 0xd9])
}

it.each([true, false])('time and place of a photograph survive its reduction, upright (little endian: %s)', (little) => {
  const capture = captureOf(photo(little).buffer)!
  const view = new DataView(capture.buffer)
  expect([view.getUint16(0), view.getUint16(10 + 8 + 2 + 8, little), view.getUint16(10 + 8 + 2 + 12 + 8, little)]).toEqual([0xffe1, 1, 7])
  const small = new Uint8Array([0xff, 0xd8, 0xff, 0xda, 0, 3, 0, 8, 0xff, 0xd9])
  const joined = withCapture(small.buffer, capture)
  expect(captureOf(joined.buffer)).toEqual(capture)
  expect([...joined.slice(0, 2), ...joined.slice(2 + capture.length)]).toEqual([...small])
})

it('what is no photograph with a capture has none, however broken', () => {
  const good = photo(true)
  for (let n = 0; n < good.length; n++) expect(() => captureOf(good.slice(0, n).buffer)).not.toThrow()
  expect(captureOf(new TextEncoder().encode('not a picture').buffer as ArrayBuffer)).toBeUndefined()
})
