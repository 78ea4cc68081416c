import { metresBetween } from '@/modules/cases/distance'
import { readWalk, type TrackPoint, type TrackReading } from '../track'
import type { Story } from '../replayApi'

/** One officer in a replay: the way, what it says, and what belongs to it. */
export interface Trail { officer: string; name: string; colour: string; points: TrackPoint[]; reading: TrackReading; story: Story }

/** Colours of up to four officers, as names of tokens. */
export const colours = ['--yw-d-main', '--yw-warn-bar', '--yw-ok-bar', '--yw-over-bar'] as const
export const most = colours.length

export const trailOf = (officer: string, name: string, n: number, points: TrackPoint[], story: Story): Trail => ({
  officer, name, colour: colours[n % most]!, points, story, reading: readWalk(points, (a, b) => metresBetween(a.lat, a.lon, b.lat, b.lon)),
})

const gapMs = 60_000

/** Index of the last point at or before an instant; -1 before the first. */
export function indexAt(points: TrackPoint[], at: number): number {
  let low = 0, high = points.length
  while (low < high) {
    const mid = (low + high) >> 1
    if (points[mid]!.at <= at) low = mid + 1
    else high = mid
  }
  return low - 1
}

export interface Here { lat: number; lon: number; heading?: number; speed?: number; accuracy?: number; battery?: number; at: number; silent: boolean }

/** Where somebody was at an instant, between two fixes on the straight way; in a gap at its beginning, marked silent. */
export function hereAt(points: TrackPoint[], at: number): Here | undefined {
  const n = indexAt(points, at)
  const a = points[n]
  if (!a) return undefined
  const b = points[n + 1]
  if (!b || b.at - a.at > gapMs) return { ...a, silent: at - a.at > gapMs }
  const share = (at - a.at) / (b.at - a.at)
  return { ...a, lat: a.lat + (b.lat - a.lat) * share, lon: a.lon + (b.lon - a.lon) * share, silent: false }
}

/** The way in stretches without a gap, and the gaps as straight lines between them. */
export function stretches(points: TrackPoint[], until = Infinity): { ways: [number, number][][]; gaps: [number, number][][] } {
  const ways: [number, number][][] = [], gaps: [number, number][][] = []
  for (let i = 0; i < points.length && points[i]!.at <= until; i++) {
    const p = points[i]!, before = points[i - 1]
    if (!before || p.at - before.at > gapMs) {
      if (before) gaps.push([[before.lon, before.lat], [p.lon, p.lat]])
      ways.push([])
    }
    ways.at(-1)!.push([p.lon, p.lat])
  }
  return { ways: ways.filter((way) => way.length > 1), gaps }
}

/** A circle of metres around a place as a ring. */
export function circle(lat: number, lon: number, metres: number): [number, number][] {
  const dy = metres / 111_195, dx = dy / Math.cos((lat * Math.PI) / 180)
  return Array.from({ length: 49 }, (_, i) => [lon + dx * Math.cos((i * Math.PI) / 24), lat + dy * Math.sin((i * Math.PI) / 24)])
}

export type EventKind = 'grid' | 'stop' | 'gap' | 'deed' | 'sos'
export interface TrailEvent { key: string; kind: EventKind; at: number; to?: number; officer: string; colour: string; text: string; note?: string; link?: string; lat?: number; lon?: number }
