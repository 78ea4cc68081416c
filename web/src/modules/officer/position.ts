import { ref } from 'vue'
import { metresBetween } from '@/modules/cases/distance'
import type { Position } from './model'

/** The last position of this visit. It is read when a photograph is taken, a step is made or the officer asks for distances, and not kept otherwise. */
export const position = ref<Position>()
export const locating = ref(false)
export const canLocate = 'geolocation' in navigator

/** Where the device stands now; undefined if it cannot or may not say within twelve seconds. */
export function stand(): Promise<Position | undefined> {
  if (!canLocate) return Promise.resolve(undefined)
  locating.value = true
  return new Promise<Position | undefined>((resolve) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords, timestamp }) => resolve({ lat: round(coords.latitude), lon: round(coords.longitude), error: Math.round(coords.accuracy), at: new Date(timestamp).toISOString() }),
      () => resolve(undefined),
      { enableHighAccuracy: true, timeout: 12_000, maximumAge: 15_000 },
    )
  }).then((found) => {
    locating.value = false
    return (position.value = found ?? position.value)
  })
}

/** Distances are shown at once where the officer has allowed the position before; nobody is asked on opening the page. */
export async function standIfAllowed(): Promise<void> {
  const answer = await navigator.permissions?.query({ name: 'geolocation' }).catch(() => undefined)
  if (answer?.state === 'granted') await stand()
}

const round = (degrees: number) => Math.round(degrees * 1e6) / 1e6

interface Place { lat?: number; lon?: number }

/** Metres between two places; undefined where one is not known. */
export const metres = (a: Place | undefined, b: Place | undefined): number | undefined =>
  a?.lat === undefined || a.lon === undefined || b?.lat === undefined || b.lon === undefined ? undefined : metresBetween(a.lat, a.lon, b.lat, b.lon)
