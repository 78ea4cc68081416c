import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import type { Item, Wave } from '@/api/types'
import { t } from '@/kit/i18n'
import { can, session } from '@/kit/session'
import { listSettlements } from '@/modules/results/api'
import { listWaves } from '@/modules/survey/api'
import { actionName as waveVerb, stateName } from '@/modules/survey/words'
import { listComments, listItems } from './api'
import { dutyOf } from './duty'

/** A wave that waits for a step of mine, with the verb. */
export interface WaveStep { wave: Wave; now: string; verb: string }

/** What waits for the signed-in person: items of the office and of the person's unit, wave steps, comments to sort. */
export function useTodo() {
  const query = useQuery({
    queryKey: ['todo', () => session.value?.user.id],
    queryFn: async () => {
      const [waiting, overdue, waves, comments, settlements] = await Promise.all([
        can('rectify.read') ? listItems({ todo: true, limit: 100 }) : null,
        can('rectify.read') ? listItems({ overdue: true, limit: 100 }) : null,
        can('survey.read') ? listWaves() : null,
        can('opinion.code') ? listComments({ state: 'open', limit: 1 }) : null,
        can('results.sign') ? listSettlements() : null,
      ])
      return { items: waiting?.items ?? [], total: waiting?.total ?? 0, overdue: overdue?.items ?? [], late: overdue?.total ?? 0, waves: waves?.items ?? [], comments: comments?.total ?? 0, settlements: settlements?.items ?? [] }
    },
  })
  const due = (i: Item) => (i.due_at ? new Date(i.due_at).getTime() : Infinity)
  const byDue = (a: Item, b: Item) => Number(b.overdue) - Number(a.overdue) || due(a) - due(b)
  const mine = computed(() => [...(query.data.value?.items ?? [])].sort(byDue).map((item) => ({ item, action: dutyOf(item, can, session.value?.user.unit.id) })))
  const known = computed(() => new Set(mine.value.map((m) => m.item.id)))
  const overdue = computed(() => (query.data.value?.overdue ?? []).filter((i) => !known.value.has(i.id)).sort(byDue))
  const waves = computed<WaveStep[]>(() => (query.data.value?.waves ?? []).flatMap((wave) => {
    const next = wave.actions?.find((a) => can(a.permission) && !a.note_required && a.name !== 'archive')
    return next ? [{ wave, now: t('现在：{state}', { state: stateName(wave.state) }), verb: waveVerb(next.name) }] : []
  }))
  /** Results of a year that wait for a signature other than mine. */
  const unsigned = computed(() => (query.data.value?.settlements ?? []).filter((s) => s.state === 'computed' && !s.signatures?.some((one) => one.name === session.value?.user.name)))
  const totals = computed(() => ({ mine: query.data.value?.total ?? 0, late: query.data.value?.late ?? 0, comments: query.data.value?.comments ?? 0 }))
  return { query, mine, overdue, waves, unsigned, totals }
}
