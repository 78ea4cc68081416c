import { computed, ref, shallowRef } from 'vue'
import type { Comment } from '@/api/types'
import { t } from '@/kit/i18n'
import { done, failed } from '@/ui/toast'
import { deskCards, group, judge, progressOf, undoSteps, type Card, type Progress, type Verb } from './api'
import { usePace } from './usePace'

export interface DeskFilter { wave: string; area?: string; field?: string; q?: string }
export interface Decided { key: number; comments: Comment[]; verb: Verb; fields: string[]; leaf?: string }

const ahead = 15 // cards kept ready, so that nobody waits for the server

/** The desk: cards decided one after the other. A decision is shown at once and sent in order; what the server refuses comes back. */
export function useDesk(filter: () => DeskFilter) {
  const cards = ref<Card[]>([])
  const progress = shallowRef<Progress>()
  const decided = ref<Decided[]>([])
  const loading = ref(true)
  const problem = shallowRef<unknown>()
  const waiting = ref(0) // decisions on their way
  const pace = usePace()
  let cursor: string | undefined
  let fetching = false
  let round = 0
  let line: Promise<unknown> = Promise.resolve()
  let key = 0

  const current = computed(() => cards.value[0])
  const left = computed(() => Math.max(0, (progress.value?.open ?? 0) - pace.count.value))

  async function start(): Promise<void> {
    const mine = ++round
    loading.value = true
    problem.value = undefined
    try {
      const { wave } = filter()
      let now = await progressOf(wave)
      if (now.open > 0 && (now.grouped === 0 || now.ungrouped > 0)) {
        await group(wave)
        now = await progressOf(wave)
      }
      const page = await deskCards(filter())
      if (mine !== round) return
      progress.value = now
      pace.begin()
      cards.value = page.items
      cursor = page.next_cursor
    } catch (error) {
      problem.value = error
    } finally {
      if (mine === round) loading.value = false
    }
  }

  async function fetchMore(): Promise<void> {
    if (fetching || !cursor || cards.value.length >= ahead) return
    fetching = true
    const mine = round
    try {
      const page = await deskCards(filter(), cursor)
      if (mine !== round) return
      cursor = page.next_cursor
      const held = new Set(cards.value.flatMap((c) => c.comments.map((x) => x.id)))
      cards.value.push(...page.items.filter((c) => c.comments.some((x) => !held.has(x.id))))
    } catch (error) {
      failed(error)
    } finally {
      fetching = false
    }
  }

  const single = (comment: Comment, of: Card): Card => ({ ...of, kind: 'single', comments: [comment], matter: '', decided: 0, fields: comment.suggestions.length ? comment.suggestions : of.fields })

  /** Decides the card but for what was left out, which comes next, one by one. Resolves with the comments as decided. */
  function decide(verb: Verb, fields: string[], out: Set<string>, { reason = '', leaf = '' } = {}): Promise<Comment[]> {
    const card = cards.value.shift()
    if (!card) return Promise.resolve([])
    const taken = card.comments.filter((c) => !out.has(c.id))
    cards.value.unshift(...card.comments.filter((c) => out.has(c.id)).map((c) => single(c, card)))
    void fetchMore()
    if (!taken.length) return Promise.resolve([])
    const entry: Decided = { key: ++key, comments: taken, verb, fields, leaf }
    decided.value.push(entry)
    pace.add(taken.length)
    waiting.value++
    const sent = line.then(() => judge({ wave: filter().wave, verb, fields, reason, leaf: leaf || undefined, items: taken.map(({ id, version }) => ({ id, version })) }))
    line = sent.catch(() => undefined)
    return sent.then((step) => settle(entry, card, step.items), (error: unknown) => {
      failed(error)
      takeBack(entry)
      cards.value.unshift({ ...card, comments: taken })
      return []
    }).finally(() => waiting.value--)
  }

  function takeBack(entry: Decided): void {
    decided.value = decided.value.filter((d) => d.key !== entry.key)
    pace.add(-entry.comments.length)
  }

  /** Whoever was faster decided: what is still open comes back to the top, the rest is told. */
  function settle(entry: Decided, card: Card, items: { ok: boolean; id: string; comment?: Comment }[]): Comment[] {
    const refused = items.filter((i) => !i.ok)
    if (refused.length) {
      pace.add(-refused.length)
      const open = refused.flatMap((i) => (i.comment?.state === 'open' ? [i.comment] : []))
      cards.value.unshift(...open.map((c) => single(c, card)))
      done(t('{n} 条刚被他人处理过，没有改动', { n: refused.length }))
    }
    entry.comments = items.flatMap((i) => (i.ok && i.comment ? [i.comment] : []))
    return entry.comments
  }

  /** Takes the last n steps back; their comments are asked again first. */
  async function undo(n = 1): Promise<void> {
    await line
    try {
      const steps = await undoSteps(filter().wave, n)
      const reopened = steps.items.map((s) => s.items.flatMap((i) => (i.ok && i.comment?.state === 'open' ? [i.comment] : [])))
      for (const comments of reopened) if (comments.length) cards.value.unshift({ kind: comments.length > 1 ? 'matter' : 'single', comments, fields: comments[0]!.suggestions, place: '', area_name: comments[0]!.area_name, decided: 0, matter: '' })
      const back = new Set(reopened.flat().map((c) => c.id))
      const here = decided.value.slice(-steps.items.length).flatMap((d) => d.comments).filter((c) => back.has(c.id)).length
      pace.add(-here)
      if (progress.value) progress.value = { ...progress.value, open: progress.value.open + back.size - here }
      decided.value.splice(-steps.items.length)
    } catch (error) {
      failed(error)
    }
  }

  return { cards, current, left, progress, decided, loading, problem, waiting, pace, start, decide, undo }
}
