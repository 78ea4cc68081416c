import { shallowRef } from 'vue'
import type { components } from '@/api/schema'
import { api, body } from '@/kit/http'
import { asProblem, type Problem } from '@/kit/problem'

export type Sos = components['schemas']['PatrolSOS']

/** The open call for help of this person. */
export const calling = shallowRef<Sos | null>(null)
export const sosFault = shallowRef<Problem>()

/** Calls for help with the position, if the phone gives one within four seconds; without one the call goes out all the same. */
export async function callForHelp(): Promise<void> {
  sosFault.value = undefined
  const position = await here()
  try {
    calling.value = await body(api.POST('/api/v1/patrol/duty/sos', { body: position ? { position } : {} }))
    navigator.vibrate?.([200, 100, 200])
  } catch (error) {
    sosFault.value = asProblem(error)
  }
}

export async function endCall(note: string): Promise<void> {
  try {
    await body(api.POST('/api/v1/patrol/duty/sos/end', { body: { note } }))
    calling.value = null
  } catch (error) {
    const problem = asProblem(error)
    if (problem.code === 'patrol.no_sos') calling.value = null
    else sosFault.value = problem
  }
}

const here = () => new Promise<components['schemas']['PatrolFix'] | undefined>((found) => {
  if (!('geolocation' in navigator)) return found(undefined)
  navigator.geolocation.getCurrentPosition(({ coords, timestamp }) => found({ at: new Date(timestamp).toISOString(), lat: coords.latitude, lon: coords.longitude, accuracy: Math.round(coords.accuracy), sos: true }),
    () => found(undefined), { enableHighAccuracy: true, timeout: 4_000, maximumAge: 30_000 })
})
