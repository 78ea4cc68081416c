const orientationTag = 0x0112

/** The EXIF segment of a JPEG with its orientation set upright, as a picture that was drawn again needs it; undefined if there is none. */
export function captureOf(jpeg: ArrayBuffer): Uint8Array<ArrayBuffer> | undefined {
  const view = new DataView(jpeg)
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return undefined
  for (let at = 2; at + 4 <= view.byteLength && view.getUint8(at) === 0xff; ) {
    const marker = view.getUint8(at + 1)
    const length = view.getUint16(at + 2)
    if (marker === 0xda || length < 2 || at + 2 + length > view.byteLength) return undefined
    if (marker === 0xe1 && length > 16 && view.getUint32(at + 4) === 0x45786966) return upright(new Uint8Array(jpeg.slice(at, at + 2 + length)))
    at += 2 + length
  }
  return undefined
}

/** The picture with the segment behind its first mark. */
export function withCapture(jpeg: ArrayBuffer, segment: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(jpeg.byteLength + segment.length)
  all.set(new Uint8Array(jpeg, 0, 2))
  all.set(segment, 2)
  all.set(new Uint8Array(jpeg, 2), 2 + segment.length)
  return all
}

function upright(segment: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | undefined {
  const head = 10 // marker, length, "Exif\0\0"
  const view = new DataView(segment.buffer, head)
  const order = view.getUint16(0)
  if (order !== 0x4949 && order !== 0x4d4d) return undefined
  const little = order === 0x4949
  const from = view.getUint32(4, little)
  if (from + 2 > view.byteLength) return undefined
  const entries = view.getUint16(from, little)
  for (let i = 0; i < entries; i++) {
    const at = from + 2 + i * 12
    if (at + 12 > view.byteLength) return undefined
    if (view.getUint16(at, little) === orientationTag) view.setUint16(at + 8, 1, little)
  }
  return segment
}
