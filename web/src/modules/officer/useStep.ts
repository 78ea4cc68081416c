import { computed, ref } from 'vue'
import { newId } from '@/kit/newId'
import { me } from './me'
import { seenOf, type Detail, type Shot, type Step } from './model'
import { post } from './outbox'
import { metres, position, stand } from './position'
import type { StepKind } from './steps'

/** What a step still asks for, and its way into the queue. */
export function useStep(detail: () => Detail, kind: () => StepKind, shots: () => Shot[]) {
  const words = ref(kind().own ? '' : (kind().phrases[0] ?? ''))
  const result = ref('resolved')
  const away = ref(false)
  const busy = ref(false)
  const mine = computed(() => shots().filter((one) => one.phase === kind().phase))
  const needsWords = computed(() => !['sign', 'start'].includes(kind().action))
  /** A verification without a photograph or far from the place counts as made without going there. */
  const tooFar = computed(() => {
    const where = mine.value.find((one) => one.where)?.where ?? position.value
    return !!kind().stands && (metres(where, detail()) ?? 0) > 100
  })
  const missing = computed(() => {
    if (needsWords.value && !words.value.trim()) return 'words'
    if (kind().wants && !mine.value.length && !away.value && (!kind().ends || ['resolved', 'partly'].includes(result.value))) return 'photo'
    return ''
  })

  async function submit(): Promise<void> {
    busy.value = true
    const c = detail()
    const where = kind().stands ? (mine.value.find((one) => one.where)?.where ?? (await stand())) : undefined
    const remote = kind().stands && c.lat !== undefined && (away.value || tooFar.value || !where)
    const step: Step = {
      id: newId(), user: me.value!.id, at: new Date().toISOString(), kind: 'step', state: 'waiting', case: c.id, action: kind().action, title: c.title, place: c.address || c.area_name, shots: mine.value, seen: seenOf(c),
      body: {
        ...(needsWords.value ? { [kind().words]: words.value.trim() } : {}), ...(kind().ends ? { result: result.value } : kind().action === 'self_handle' ? { result: 'resolved' } : {}),
        ...(where && !away.value ? { lat: where.lat, lon: where.lon } : {}), ...(remote ? { remote: true } : {}),
      },
    }
    await post(step)
    busy.value = false
  }
  return { words, result, away, busy, mine, needsWords, tooFar, missing, submit }
}
