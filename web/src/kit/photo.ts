import { captureOf, withCapture } from './capture'

const longestSide = 1600

/**
 * A picture small enough for a bad network. Drawing it again leaves out where, when and with what it was taken; `keepCapture` puts
 * that back, for evidence of officers: the server moves it to restricted columns and takes it out of the picture.
 */
export async function reduced(file: Blob, keepCapture = false): Promise<Blob> {
  const picture = await createImageBitmap(file)
  const scale = Math.min(1, longestSide / Math.max(picture.width, picture.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(picture.width * scale)
  canvas.height = Math.round(picture.height * scale)
  canvas.getContext('2d')!.drawImage(picture, 0, 0, canvas.width, canvas.height)
  picture.close()
  const small = await new Promise<Blob>((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))), 'image/jpeg', 0.82))
  const capture = keepCapture ? captureOf(await file.arrayBuffer()) : undefined
  return capture ? new Blob([withCapture(await small.arrayBuffer(), capture)], { type: 'image/jpeg' }) : small
}
