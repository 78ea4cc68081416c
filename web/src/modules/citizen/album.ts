import { reactive } from 'vue'
import { newId } from '@/kit/newId'
import { reduced } from '@/kit/photo'
import { lookOf } from '@/kit/photoLook'
import type { KeptPhoto } from './model'
import { change, take } from './shelf'

const addresses = reactive(new Map<string, string>())

/** Puts a photograph on the device, small and without what the camera noted. */
export async function keepPhoto(file: File): Promise<string> {
  const ref = newId()
  const blob = await reduced(file)
  await change({ shelf: 'photos', key: ref, value: { ref, blob } satisfies KeptPhoto })
  addresses.set(ref, URL.createObjectURL(blob))
  return ref
}

export const dropPhoto = (ref: string): Promise<void> => change({ shelf: 'photos', key: ref })
export const addressOf = (ref: string): string | undefined => addresses.get(ref)

/** The looks of photographs of a draft, to be compared with those of matters nearby. */
export async function looksOf(refs: string[]): Promise<string[]> {
  const photos = await Promise.all(refs.map((ref) => take<KeptPhoto>('photos', ref)))
  return (await Promise.all(photos.map((one) => (one ? lookOf(one.blob) : undefined)))).filter((look) => look !== undefined)
}

/** Makes the photographs of a draft visible again. */
export async function showPhotosOf(refs: string[]): Promise<void> {
  for (const ref of refs) {
    const photo = addresses.has(ref) ? undefined : await take<KeptPhoto>('photos', ref)
    if (photo) addresses.set(ref, URL.createObjectURL(photo.blob))
  }
}
