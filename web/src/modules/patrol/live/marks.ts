import type { Map as MapLibre } from 'maplibre-gl'
import { token } from '@/kit/theme'

const ratio = 2
type Pen = CanvasRenderingContext2D

const shapes: Record<string, (pen: Pen, r: number) => void> = {
  triangle: (pen, r) => { pen.moveTo(0, -r); pen.lineTo(r * 0.95, r * 0.75); pen.lineTo(-r * 0.95, r * 0.75); pen.closePath() },
  disc: (pen, r) => pen.arc(0, 0, r, 0, 7),
  diamond: (pen, r) => { pen.moveTo(0, -r); pen.lineTo(r, 0); pen.lineTo(0, r); pen.lineTo(-r, 0); pen.closePath() },
  square: (pen, r) => pen.roundRect(-r, -r, 2 * r, 2 * r, r * 0.4),
  shield: (pen, r) => { pen.moveTo(0, -r); pen.lineTo(r * 0.85, -r * 0.6); pen.lineTo(r * 0.85, r * 0.1); pen.quadraticCurveTo(r * 0.7, r * 0.75, 0, r); pen.quadraticCurveTo(-r * 0.7, r * 0.75, -r * 0.85, r * 0.1); pen.lineTo(-r * 0.85, -r * 0.6); pen.closePath() },
}

/** What a mark looks like: its shape, the token of its colour, and half its size in pixels. */
const looks: Record<string, [shape: keyof typeof shapes, colour: string, r: number]> = {
  'case-over': ['triangle', '--yw-over-bar', 8], 'case-warn': ['disc', '--yw-warn-bar', 6], case: ['disc', '--yw-d-main', 5],
  alarm: ['diamond', '--yw-warn-bar', 8], 'alarm-critical': ['diamond', '--yw-over-bar', 9], beat: ['shield', '--yw-primary', 9], 'beat-off': ['shield', '--yw-text-3', 9],
  camera: ['square', '--yw-text-2', 6], 'sensor-alarm': ['diamond', '--yw-over-bar', 7], 'sensor-offline': ['diamond', '--yw-text-3', 6], 'sensor-well': ['diamond', '--yw-ok-bar', 6],
}

function pen(size: number): Pen {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = size * ratio
  const drawn = canvas.getContext('2d')!
  drawn.scale(ratio, ratio)
  drawn.translate(size / 2, size / 2)
  return drawn
}

/** The picture of a mark by its name: `case-over`, or `n:over:12` for so many cases in one place. */
export function picture(name: string): ImageData | undefined {
  const [kind, tone, count] = name.split(':')
  if (kind === 'n') return bubble(tone!, Number(count))
  const look = looks[name]
  if (!look) return undefined
  const [shape, colour, r] = look
  const size = 2 * r + 6
  const p = pen(size)
  p.beginPath()
  shapes[shape]!(p, r)
  p.lineWidth = 3
  p.lineJoin = 'round'
  p.strokeStyle = token('--yw-surface')
  p.stroke()
  p.fillStyle = token(colour)
  p.fill()
  if (kind === 'camera') { p.beginPath(); p.fillStyle = token('--yw-surface'); p.arc(0, 0, 2.4, 0, 7); p.fill() }
  return p.getImageData(0, 0, size * ratio, size * ratio)
}

/** Many cases: a disc as large as they are many, with a coloured edge where some are late. */
function bubble(tone: string, n: number): ImageData {
  const r = Math.min(24, 10 + 5 * Math.log10(n))
  const size = Math.ceil(2 * r + 6)
  const p = pen(size)
  p.beginPath()
  p.arc(0, 0, r, 0, 7)
  p.fillStyle = token('--yw-surface')
  p.fill()
  p.lineWidth = 2.5
  p.strokeStyle = token({ over: '--yw-over-bar', warn: '--yw-warn-bar' }[tone] ?? '--yw-d-main')
  p.stroke()
  p.fillStyle = token('--yw-text')
  p.font = `600 12px ${token('--yw-font')}`
  p.textAlign = 'center'
  p.textBaseline = 'middle'
  p.fillText(n > 9_999 ? `${Math.round(n / 1000)}k` : String(n), 0, 0.5)
  return p.getImageData(0, 0, size * ratio, size * ratio)
}

/** Draws marks when the map first needs them; after a change of theme they are drawn anew. */
export function drawMarks(map: MapLibre): void {
  map.on('styleimagemissing', ({ id }: { id: string }) => {
    const drawn = map.hasImage(id) ? undefined : picture(id)
    if (drawn) map.addImage(id, drawn, { pixelRatio: ratio })
  })
}
