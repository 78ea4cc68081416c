import { computed, ref, shallowRef } from 'vue'
import { asProblem, type Problem } from '@/kit/problem'
import { metresBetween } from '@/modules/cases/distance'
import { track } from './api'
import { readWalk, type TrackPoint } from './track'
import type { Mark } from './useOfficerMap'

const gap = 60_000

/** The track of one officer: its points, what they say, and how to draw them. */
export function useTrack(officer: string) {
  const points = shallowRef<TrackPoint[]>()
  const problem = shallowRef<Problem>()
  const busy = ref(false)

  async function load(from: Date, to: Date, reason: string): Promise<void> {
    busy.value = true
    problem.value = undefined
    try {
      points.value = await track(officer, from, to, reason)
    } catch (error) {
      points.value = undefined
      problem.value = asProblem(error)
    }
    busy.value = false
  }

  const reading = computed(() => readWalk(points.value ?? [], (a, b) => metresBetween(a.lat, a.lon, b.lat, b.lon)))
  /** A line for each stretch without a gap. */
  const lines = computed(() => {
    const out: [number, number][][] = []
    points.value?.forEach((p, i, all) => {
      if (i === 0 || p.at - all[i - 1]!.at > gap) out.push([])
      out.at(-1)!.push([p.lon, p.lat])
    })
    return out.filter((line) => line.length > 1)
  })
  /** The stops, and where the person was at an instant. */
  function marksAt(at: number): Mark[] {
    const stops: Mark[] = reading.value.stops.map((s) => ({ id: `s${s.from}`, lat: s.lat, lon: s.lon, tone: 'stop' }))
    const here = lastBefore(points.value ?? [], at)
    return here ? [...stops, { id: 'here', lat: here.lat, lon: here.lon, tone: 'here' }] : stops
  }
  return { points, reading, problem, busy, load, lines, marksAt }
}

function lastBefore(points: TrackPoint[], at: number): TrackPoint | undefined {
  let low = 0
  let high = points.length
  while (low < high) {
    const mid = (low + high) >> 1
    if (points[mid]!.at <= at) low = mid + 1
    else high = mid
  }
  return points[low - 1]
}
