import { computed, ref, shallowRef } from 'vue'
import { language } from '@/kit/i18n'
import { newId } from '@/kit/newId'
import { asProblem, type Problem } from '@/kit/problem'
import type { Answers, PageTime } from '@/modules/form/model'
import { evaluate } from '@/modules/form/evaluate'
import type { Progress } from '@/modules/form/useRun'
import { recall } from './album'
import { fetchQuestionnaire } from './api'
import { keyOf, type AgainSaid, type Draft, type Entry, type Questionnaire, type Sent, type Waiting } from './model'
import { arrived, post, waiting, withdraw } from './outbox'
import { change, take } from './shelf'

export type Stage = 'loading' | 'failed' | 'welcome' | 'answering' | 'again' | 'finished'

/** One respondent's way from the code to the receipt. Everything is kept on the device at every stroke, so it goes on without a network. */
export function useAnswering(entry: () => Entry) {
  const stage = ref<Stage>('loading')
  const draft = shallowRef<Draft>()
  const problem = shallowRef<Problem>()
  const sent = shallowRef<Sent>()
  const key = computed(() => keyOf(entry()))
  const receipt = computed(() => sent.value ?? (mine.value ? undefined : arrived.value.filter((one) => one.key === key.value).at(-1)))
  const mine = computed(() => waiting.value.find((one) => one.key === key.value))

  async function load(): Promise<void> {
    stage.value = 'loading'
    const [kept, before, queued] = await Promise.all([take<Draft>('drafts', key.value), take<Sent>('sent', key.value), entry().code ? queuedFor(key.value) : undefined])
    if (queued) return finish()
    if (before && entry().code) return finish(before)
    try {
      draft.value = renewed(await fetchQuestionnaire(entry()), kept)
    } catch (error) {
      problem.value = asProblem(error)
      if (!kept || problem.value.status > 0) return void (stage.value = 'failed')
      draft.value = kept
    }
    await recall(draft.value.answers)
    stage.value = 'welcome'
  }

  function renewed(questionnaire: Questionnaire, kept?: Draft): Draft {
    if (kept) return { ...kept, questionnaire }
    return { key: key.value, submission_id: newId(), questionnaire, started_at: '', answers: {}, at: '', pages: [], street: '', community: '', adults: 0 }
  }

  /** Puts what changed into the draft and the draft on its shelf; later writes follow earlier ones. */
  let last = Promise.resolve()
  function keep(changes: Partial<Draft>): void {
    draft.value = { ...draft.value!, ...changes }
    const value = JSON.parse(JSON.stringify(draft.value)) as Draft
    last = last.then(() => change({ shelf: 'drafts', key: value.key, value })).catch(() => undefined)
  }

  function begin(afresh: boolean): void {
    keep(afresh ? { answers: {}, at: '', pages: [], said: {}, started_at: new Date().toISOString() } : { started_at: draft.value!.started_at || new Date().toISOString() })
    stage.value = 'answering'
  }

  const remember = (progress: Progress) => keep({ answers: progress.answers, at: progress.at, pages: progress.pages })

  /** What is asked once more of who lives in this community; nothing where that is not known. */
  const topics = computed(() => {
    const d = draft.value
    const home = d?.questionnaire.community?.code ?? d?.community
    return home ? (d?.questionnaire.again ?? []).filter((one) => one.community === home) : []
  })

  /** The last page is done: first what is asked again, if anything, then off it goes. */
  let answered: [Answers, PageTime[]] | undefined
  async function submit(answers: Answers, pages: PageTime[]): Promise<void> {
    answered = [answers, pages]
    if (topics.value.length) return void (stage.value = 'again')
    await send()
  }

  async function send(): Promise<void> {
    await last
    if (!answered) return
    const [answers, pages] = answered
    const { questionnaire: q, ...d } = draft.value!
    const place = { street: q.street?.code ?? d.street, community: q.community?.code ?? d.community }
    const said = Object.fromEntries(topics.value.flatMap((one) => (d.said?.[one.id] ? [[one.id, d.said[one.id]!]] : []))) as AgainSaid
    await post(d.key, q.wave.name, {
      submission_id: d.submission_id, token: q.token, ...entry(), group: q.group, ...(place.street ? { street: place.street } : {}), ...(place.community ? { community: place.community } : {}),
      started_at: d.started_at, finished_at: new Date().toISOString(), pages, device: deviceKind(), language: language.value, ...(d.adults ? { adults: d.adults } : {}), answers, ...(Object.keys(said).length ? { again: said } : {}),
    })
    finish(arrived.value.find((one) => one.id === d.submission_id))
  }

  function finish(arrived?: Sent): void {
    sent.value = arrived
    stage.value = 'finished'
  }

  /** Opens an answer sheet again that the server would not have. */
  async function mend(item: Waiting): Promise<void> {
    const questionnaire = await fetchQuestionnaire(entry())
    draft.value = { ...renewed(questionnaire), submission_id: item.id, answers: item.body.answers, pages: item.body.pages, started_at: item.body.started_at, street: item.body.street ?? '', community: item.body.community ?? '', adults: item.body.adults ?? 0, said: item.body.again ?? {}, at: item.refusal?.questions[0] ?? '' }
    keep({})
    await withdraw(item.id)
    stage.value = item.refusal?.questions.length ? 'answering' : 'welcome'
  }

  /** How many questions a draft has answered already. */
  const given = computed(() => (draft.value ? Object.keys(evaluate(draft.value.questionnaire.form, draft.value.answers, { scale: draft.value.questionnaire.scale, channel: draft.value.questionnaire.channel }, true).answers).length : 0))

  return { stage, draft, problem, receipt, mine, given, topics, load, keep, begin, remember, submit, send, mend, leave: () => void (stage.value = 'welcome') }
}

const queuedFor = async (key: string) => waiting.value.find((one) => one.key === key)

function deviceKind(): 'phone' | 'tablet' | 'desktop' {
  const side = Math.min(screen.width, screen.height)
  if (matchMedia('(pointer: fine)').matches && side >= 600) return 'desktop'
  return side < 600 ? 'phone' : 'tablet'
}
