import { reactive } from 'vue'
import { newId } from '@/kit/newId'
import { reduced } from '@/kit/photo'
import { lookOf } from '@/kit/photoLook'
import { plain, type Phase, type Position, type Shot } from './model'
import { change, take } from './shelf'

const addresses = reactive(new Map<string, string>())

/** A photograph as the device keeps it; `stored` once the server has it. */
export interface KeptPhoto { ref: string; blob: Blob; stored?: string }

/** Puts a photograph on the device, small, with time and place of its taking. */
export async function keepShot(file: File, phase: Phase, where?: Position): Promise<Shot> {
  const blob = await reduced(file, true)
  const look = await lookOf(blob)
  const shot: Shot = { ref: newId(), phase, at: new Date().toISOString(), size: blob.size, ...(look ? { look } : {}), ...(where ? { where: plain(where) } : {}) }
  await change({ shelf: 'photos', key: shot.ref, value: { ref: shot.ref, blob } satisfies KeptPhoto })
  addresses.set(shot.ref, URL.createObjectURL(blob))
  return shot
}

export const dropShot = (shot: Shot): Promise<void> => change({ shelf: 'photos', key: shot.ref })
export const keptPhoto = (ref: string): Promise<KeptPhoto | undefined> => take<KeptPhoto>('photos', ref)
export const photoStored = (photo: KeptPhoto, stored: string): Promise<void> => change({ shelf: 'photos', key: photo.ref, value: { ...photo, stored } })

/** The address of a kept photograph for an img; undefined until `showShots` has read it. */
export const addressOf = (ref: string): string | undefined => addresses.get(ref)

/** Makes photographs of an earlier visit visible again. */
export async function showShots(shots: Shot[]): Promise<void> {
  for (const { ref } of shots) {
    const kept = addresses.has(ref) ? undefined : await keptPhoto(ref)
    if (kept) addresses.set(ref, URL.createObjectURL(kept.blob))
  }
}
