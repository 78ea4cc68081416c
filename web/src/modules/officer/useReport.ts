import { computed, ref, shallowRef, watch } from 'vue'
import { connection } from '@/kit/http'
import { t } from '@/kit/i18n'
import { newId } from '@/kit/newId'
import { suggest, locate } from './api'
import { countUse, guess, leafOf, usual } from './categories'
import { me } from './me'
import { plain, type Leaf, type Near, type NewReport, type Position, type Shot } from './model'
import { post } from './outbox'
import { change, take } from './shelf'

interface Draft { id: string; shots: Shot[]; text: string; category: string; address: string; area: string; settled: boolean; outcome: string; urgent: boolean; where?: Position }
const empty = (): Draft => ({ id: newId(), shots: [], text: '', category: '', address: '', area: '', settled: false, outcome: '', urgent: false })

/** A report in the making, kept on the phone at every stroke; what the server knows about it comes when there is a network. */
export function useReport() {
  const draft = ref<Draft>(empty())
  const placeName = ref('')
  const told = shallowRef<{ categories: { code: string }[]; nearby: Near[] }>()
  const asking = ref(false)
  const key = () => me.value?.id ?? ''
  const leaf = computed(() => leafOf(draft.value.category))

  /** Likely categories: what the server says, where it says nothing the key words, without words what is usual. The first is the likeliest. */
  const likely = computed<Leaf[]>(() => {
    const said = told.value?.categories.flatMap((one) => leafOf(one.code) ?? []) ?? []
    const found = said.length ? said : guess(draft.value.text)
    const list = [...found, ...(draft.value.text.trim() ? [] : usual()), ...(leaf.value ? [leaf.value] : [])]
    return list.filter((one, i) => list.findIndex((other) => other.code === one.code) === i).slice(0, 4)
  })
  const sure = computed(() => !!draft.value.text.trim() && likely.value.length > 0)

  async function recall(): Promise<void> {
    draft.value = (await take<Draft>('draft', key())) ?? empty()
    if (draft.value.where) void placed(draft.value.where) // where there is hardly a network the name may take long
  }

  let last = Promise.resolve()
  watch(draft, (now) => {
    const value = plain(now)
    last = last.then(() => change({ shelf: 'draft', key: key(), value })).catch(() => undefined)
  }, { deep: true })

  /** The position of the first photograph is the position of the matter until the officer says otherwise. */
  async function placed(where: Position): Promise<void> {
    draft.value.where = where
    try {
      const found = await locate(where.lat, where.lon)
      placeName.value = [found.community?.name, found.grid?.name].filter(Boolean).join('')
    } catch { placeName.value = '' }
  }

  let timer: ReturnType<typeof setTimeout> | undefined
  let asked = 0
  watch([() => draft.value.text, () => draft.value.where, () => draft.value.category, () => draft.value.shots.length, () => connection.online], () => {
    clearTimeout(timer)
    timer = setTimeout(() => void ask(), 400)
  })
  async function ask(): Promise<void> {
    const { text, where, category, shots } = draft.value
    if (!text.trim() && !where) return void (told.value = undefined)
    const mine = ++asked
    asking.value = true
    try {
      const answer = await suggest(text.trim(), where, category, shots.flatMap((one) => one.look ?? []))
      if (mine === asked) told.value = { categories: text.trim() ? answer.categories : [], nearby: answer.duplicates }
    } catch {
      if (mine === asked) told.value = undefined
    }
    asking.value = false
  }

  const place = computed(() => draft.value.address || placeName.value || draft.value.area || (draft.value.where ? t('已定位') : ''))
  const missing = computed(() => {
    if (!draft.value.category && !draft.value.text.trim()) return 'what'
    if (!draft.value.where && !draft.value.area) return 'place'
    if (draft.value.settled && !draft.value.shots.some((one) => one.phase === 'after')) return 'after'
    return ''
  })

  async function submit(): Promise<string> {
    await last
    const d = draft.value
    const item: NewReport = {
      id: d.id, user: key(), at: new Date().toISOString(), kind: 'report', state: 'waiting', title: leaf.value?.name ?? d.text.slice(0, 24), place: place.value, shots: d.shots,
      body: {
        channel: 'officer', source: 'officer-app', source_number: d.id, text: d.text.trim() || leaf.value!.name, ...(d.category ? { category: d.category } : {}), ...(d.address.trim() ? { address: d.address.trim() } : {}),
        ...(d.where ? { lat: d.where.lat, lon: d.where.lon } : { area_code: d.area }), ...(d.urgent ? { urgent: true } : {}),
      },
      ...(d.settled ? { settled: { outcome: d.outcome.trim() || d.text.trim() || leaf.value!.name } } : {}),
    }
    if (d.category) countUse(d.category)
    await post(item, key())
    draft.value = empty()
    told.value = undefined
    return item.id
  }

  async function forget(): Promise<void> {
    await change(...draft.value.shots.map(({ ref: one }) => ({ shelf: 'photos' as const, key: one })), { shelf: 'draft', key: key() })
    draft.value = empty()
  }

  return { draft, leaf, likely, sure, told, asking, place, placeName, missing, recall, placed, submit, forget }
}
