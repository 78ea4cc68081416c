import { computed, ref, shallowRef, watch } from 'vue'
import { deviceMark } from '@/kit/device'
import { connection } from '@/kit/http'
import { newId } from '@/kit/newId'
import { advise, support } from './api'
import { looksOf, showPhotosOf } from './album'
import { plain, type Advice, type Draft, type Neighbour, type PublicReport, type Waiting } from './model'
import { keep, post } from './outbox'
import { change, take } from './shelf'

const empty = (): Draft => ({ id: newId(), text: '', category: '', photos: [], area: '', placeName: '', address: '', phone: '', name: '', anonymous: false })

/** A resident's report from the first word to the outbox. Kept on the device at every stroke, so it goes on without a network. */
export function useReport() {
  const draft = ref<Draft>(empty())
  const ready = ref(false)
  const advice = shallowRef<Advice>()

  async function recall(): Promise<void> {
    draft.value = (await take<Draft>('draft', 'draft')) ?? empty()
    await showPhotosOf(draft.value.photos)
    ready.value = true
  }

  let last = Promise.resolve()
  watch(draft, (now) => {
    const value = plain(now)
    last = last.then(() => change({ shelf: 'draft', key: 'draft', value })).catch(() => undefined)
  }, { deep: true })

  let timer: ReturnType<typeof setTimeout> | undefined
  let asked = 0
  watch([() => draft.value.text, () => draft.value.point, () => draft.value.category, () => draft.value.photos.length, () => connection.online], () => {
    clearTimeout(timer)
    timer = setTimeout(() => void ask(), 600)
  })
  async function ask(): Promise<void> {
    const { text, point, category, photos } = draft.value
    if (text.trim().length < 4) return void (advice.value = undefined)
    const mine = ++asked
    try {
      const found = await advise(text.trim(), point, category, point ? await looksOf(photos) : [])
      if (mine !== asked) return
      advice.value = found
      if (found.area && draft.value.point) draft.value.placeName = found.area.name
    } catch {
      if (mine === asked) advice.value = undefined // only a help: the report goes without it
    }
  }

  const missing = computed(() => (!draft.value.text.trim() ? 'text' : !draft.value.point && !draft.value.area ? 'place' : ''))

  async function submit(): Promise<string> {
    await last
    const d = draft.value
    const body: PublicReport = {
      submission_id: d.id, text: d.text.trim(), device: deviceMark(), ...(d.category ? { category: d.category } : {}), ...(d.point ? { lat: d.point.lat, lon: d.point.lon } : {}), ...(d.area && !d.point ? { area_code: d.area } : {}),
      ...(d.address.trim() ? { address: d.address.trim() } : {}), ...(d.phone.trim() ? { phone: d.phone.trim() } : {}), ...(d.name.trim() && !d.anonymous ? { name: d.name.trim() } : {}), ...(d.anonymous ? { anonymous: true } : {}),
    }
    const item: Waiting = { id: d.id, at: new Date().toISOString(), title: d.text.trim().slice(0, 24), body, photos: d.photos, state: 'waiting' }
    await post(item)
    draft.value = empty()
    advice.value = undefined
    return item.id
  }

  /** Joins a matter that is under way instead of opening another. */
  async function join(one: Neighbour): Promise<string> {
    await last
    const d = draft.value
    const receipt = await support(one.number, d.id, d.phone.trim(), d.text.trim())
    await keep({ id: d.id, number: receipt.number, code: receipt.code, title: one.title, at: new Date().toISOString(), ...(receipt.expected_at ? { expected_at: receipt.expected_at } : {}) })
    await change({ shelf: 'draft', key: 'draft' }, ...d.photos.map((key) => ({ shelf: 'photos' as const, key })))
    draft.value = empty()
    advice.value = undefined
    return d.id
  }

  return { draft, ready, advice, missing, recall, submit, join }
}
