import { onMounted, onScopeDispose, ref, toRaw, watch, type Ref } from 'vue'
import { dropBegun, keepBegun, takeBegun } from '@/kit/deskShelf'
import { session } from '@/kit/session'
import type { NewForm, Photo } from './useNewCase'
import type { Point } from './usePlaceMap'

const what = 'case'
const photoLife = 20 * 3_600_000 // the server keeps a photo for a day until its case comes

interface Kept { form: NewForm; point: Point | null; photos: Photo[] }

/** Keeps a case that is being typed in on this device, so that neither a lost connection nor a closed tab loses it. */
export function useNewDraft(form: NewForm, point: Ref<Point | null>, photos: Ref<Photo[]>) {
  const savedAt = ref(0)
  const empty = JSON.stringify(form)
  const user = session.value?.user.id ?? ''
  let over = false
  let timer = 0

  const begun = () => photos.value.length > 0 || !!point.value || JSON.stringify({ ...form, channel: '', area_code: '' }) !== JSON.stringify({ ...(JSON.parse(empty) as NewForm), channel: '', area_code: '' })

  onMounted(async () => {
    const kept = await takeBegun<Kept>(what, user).catch(() => undefined)
    if (!kept || begun()) return // the person has begun anew already
    Object.assign(form, kept.value.form)
    point.value = kept.value.point
    photos.value = Date.now() - kept.at < photoLife ? kept.value.photos.map((one) => ({ ...one, address: one.file ? URL.createObjectURL(one.file) : '' })) : []
    savedAt.value = kept.at
  })
  watch([form, point, photos], () => {
    window.clearTimeout(timer)
    if (over || !begun()) return
    timer = window.setTimeout(() => {
      const kept: Kept = { form: { ...toRaw(form) }, point: point.value && { ...point.value }, photos: photos.value.map((one) => ({ ref: one.ref, address: '', ...(one.file ? { file: toRaw(one.file) } : {}) })) }
      keepBegun(what, user, kept).then(() => { savedAt.value = Date.now() }).catch(() => undefined) // a draft is a kindness, never a fault
    }, 600)
  }, { deep: true })
  onScopeDispose(() => window.clearTimeout(timer))

  /** It was registered, or is not wanted: nothing is left to bring back. */
  async function forget(): Promise<void> {
    over = true
    window.clearTimeout(timer)
    savedAt.value = 0
    await dropBegun(what, user).catch(() => undefined)
  }

  /** Begins with an empty form. */
  async function clear(): Promise<void> {
    await forget()
    Object.assign(form, JSON.parse(empty))
    point.value = null
    photos.value = []
    window.setTimeout(() => { over = false })
  }
  return { savedAt, forget, clear }
}
