import { reactive } from 'vue'
import { reduced } from '@/kit/photo'
import type { Album, Answers } from '@/modules/form/model'
import { uploadPhoto } from './api'
import { change, take } from './shelf'

const local = 'local:'
const addresses = reactive(new Map<string, string>())

export interface KeptPhoto { ref: string; blob: Blob; stored?: string }

/** Photographs wait on the device under a name of their own and are uploaded when the answers go out. */
export const deviceAlbum: Album = {
  async add(file) {
    const ref = local + Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, '0')).join('')
    const blob = await reduced(file)
    await change({ shelf: 'photos', key: ref, value: { ref, blob } satisfies KeptPhoto })
    addresses.set(ref, URL.createObjectURL(blob))
    return ref
  },
  address: (ref) => addresses.get(ref),
}

/** Makes the photographs of a draft visible again. */
export async function recall(answers: Answers): Promise<void> {
  for (const ref of localRefs(answers)) {
    const kept = addresses.has(ref) ? undefined : await take<KeptPhoto>('photos', ref)
    if (kept) addresses.set(ref, URL.createObjectURL(kept.blob))
  }
}

export const localRefs = (answers: Answers): string[] =>
  Object.values(answers).flatMap((answer) => (Array.isArray(answer) ? answer.filter((one): one is string => typeof one === 'string' && one.startsWith(local)) : []))

/** The answers with every photograph of the device uploaded; what was uploaded in an earlier attempt is not sent again. */
export async function uploaded(answers: Answers, token: string): Promise<Answers> {
  const names = new Map<string, string>()
  for (const ref of localRefs(answers)) {
    const kept = await take<KeptPhoto>('photos', ref)
    if (!kept) continue
    const stored = kept.stored ?? (await uploadPhoto(kept.blob, token, ref.slice(local.length)))
    if (!kept.stored) await change({ shelf: 'photos', key: ref, value: { ...kept, stored } })
    names.set(ref, stored)
  }
  if (!names.size) return answers
  const renamed = (answer: Answers[string]) =>
    Array.isArray(answer) ? (answer as (string | number)[]).flatMap((one) => (typeof one === 'string' && one.startsWith(local) ? names.get(one) ?? [] : [one])) as Answers[string] : answer
  return Object.fromEntries(Object.entries(answers).map(([code, answer]) => [code, renamed(answer)]))
}
