import { count } from '@/kit/format'
import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl'

/** Breaks of a classed fill: values below the first break get the first colour, and so on. */
export interface Classes { breaks: number[]; labels: string[] }

/** Four classes at quartiles of the values shown, at round numbers, so that half-empty scales do not occur. */
export function classesOf(values: number[], digits = 0): Classes {
  const sorted = values.filter((v) => Number.isFinite(v)).sort((a, b) => a - b)
  if (!sorted.length) return { breaks: [], labels: [] }
  const round = (v: number) => (digits ? Number(v.toFixed(digits)) : Number(v.toPrecision(2)))
  const at = (q: number) => round(sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0)
  const breaks = [...new Set([at(0.25), at(0.5), at(0.75)])]
  const text = (v: number) => (digits ? v.toFixed(digits) : count(v))
  const labels = [...breaks.map((b, i) => (i === 0 ? `<${text(b)}` : `${text(breaks[i - 1]!)}–${text(b)}`)), `≥${text(breaks.at(-1)!)}`]
  return { breaks, labels }
}

export const classColours = ['--yw-q1', '--yw-q2', '--yw-q3', '--yw-q4'] as const

type Colour = (token: string) => string

function fill(classes: Classes, colour: Colour): ExpressionSpecification | string {
  if (!classes.breaks.length) return colour('--yw-q0')
  const steps = classes.breaks.flatMap((b, i) => [b, colour(classColours[i + 1] ?? '--yw-q4')])
  return ['case', ['has', 'value'], ['step', ['get', 'value'], colour('--yw-q1'), ...steps], colour('--yw-q0')] as unknown as ExpressionSpecification
}

const empty = { type: 'FeatureCollection', features: [] } as const
const source = () => ({ type: 'geojson' as const, data: { ...empty, features: [] }, promoteId: 'code' })

/** The whole style, from our own polygons and tokens: no tiles, no glyph files, north up. Labels are HTML beside it. */
export function styleOf(classes: Classes, colour: Colour): StyleSpecification {
  const layers: LayerSpecification[] = [
    { id: 'ground', type: 'background', paint: { 'background-color': colour('--yw-surface-2') } },
    { id: 'fill', type: 'fill', source: 'shown', paint: { 'fill-color': fill(classes, colour) as never, 'fill-antialias': true } },
    { id: 'grid-line', type: 'line', source: 'grid', paint: { 'line-color': colour('--yw-text-3'), 'line-width': ['interpolate', ['linear'], ['zoom'], 11, 0.25, 15, 1], 'line-opacity': 0.45 } },
    { id: 'community-line', type: 'line', source: 'community', paint: { 'line-color': colour('--yw-text-3'), 'line-width': 0.9, 'line-opacity': 0.7 } },
    { id: 'street-casing', type: 'line', source: 'street', paint: { 'line-color': colour('--yw-surface'), 'line-width': 4 } },
    { id: 'street-line', type: 'line', source: 'street', paint: { 'line-color': colour('--yw-text-2'), 'line-width': 1.6 } },
    { id: 'chosen-casing', type: 'line', source: 'chosen', paint: { 'line-color': colour('--yw-surface'), 'line-width': 6 } },
    { id: 'chosen-line', type: 'line', source: 'chosen', paint: { 'line-color': colour('--yw-text'), 'line-width': 2.6 } },
  ]
  return { version: 8, sources: { shown: source(), grid: source(), community: source(), street: source(), chosen: source() }, layers }
}
