import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, reactive, ref, watch } from 'vue'
import type { Plan } from '@/api/types'
import { listAreas } from '@/modules/region/api'
import { done } from '@/ui/toast'
import { t } from '@/kit/i18n'
import { setPlan } from './api'
import { groups, type Group } from './useNewWave'
import { useWave } from './useWaves'

export type Award = NonNullable<Plan['award']>
export type Weighting = NonNullable<Plan['weighting']>
export type Integrity = NonNullable<Plan['integrity']>
export type Quota = NonNullable<Plan['quotas']>[number]
export type PlanLevel = NonNullable<Plan['levels']>[number]

/** A plan whose optional parts are all there to be filled in; empty ones are left out again when it is sent. */
export interface Draft extends Plan { award: Award; weighting: Weighting; integrity: Integrity; quotas: Quota[]; levels: PlanLevel[] }

const noAward = (): Award => ({ bonus: [], bonus_rule: 'probability', tie_within: 0.01, least_probability: 0.05, half_weights: { H1: 0.4, H2: 0.6 }, conversions: [], weakest_fields: 3, honours: [], appeal_work_days: 5 })

function draftOf(plan: Plan): Draft {
  const copy = JSON.parse(JSON.stringify(plan)) as Plan
  return { ...copy, award: copy.award ?? noAward(), weighting: copy.weighting ?? {}, integrity: copy.integrity ?? {}, quotas: (copy.quotas ?? []).map((q) => ({ ...q, street: q.street ?? '' })), levels: copy.levels ?? [] }
}

const empty = (part: object) => Object.values(part).every((v) => v === undefined || v === '' || v === null || (Array.isArray(v) && !v.length))

/** What is sent: numbers that were cleared and parts without content are left out, which stands for the defaults. */
export function planOf(draft: Draft, hadAward: boolean): Plan {
  const clean = <T extends object>(part: T): T => Object.fromEntries(Object.entries(part).filter(([, v]) => v !== '' && v !== null && v !== undefined)) as T
  const { award, weighting, integrity, quotas, levels, ...rest } = JSON.parse(JSON.stringify(draft)) as Draft
  return {
    ...rest,
    ...(hadAward || award.bonus?.length || award.conversions?.length || award.honours?.length ? { award: clean(award) } : {}),
    ...(empty(weighting) ? {} : { weighting: clean(weighting) }),
    ...(empty(integrity) ? {} : { integrity: clean(integrity) }),
    ...(quotas.length ? { quotas: quotas.map(clean) } : {}),
    ...(levels.length ? { levels } : {}),
  }
}

/** The plan of a wave being edited: a copy until it is saved. */
export function usePlan(id: () => string) {
  const cache = useQueryClient()
  const { query, wave } = useWave(id)
  const draft = ref<Draft | null>(null)
  const population = reactive<Record<string, Record<Group, number>>>({})
  const editable = computed(() => wave.value?.state === 'draft' || wave.value?.state === 'piloting')
  const streets = useQuery({ queryKey: ['areas', 'streets', () => wave.value?.area], queryFn: () => listAreas({ parent: wave.value!.area }), enabled: () => !!wave.value })
  const rows = computed(() => (streets.data.value?.items ?? []).filter((a) => a.level === 'subdistrict'))

  function start(): void {
    if (!wave.value) return
    draft.value = draftOf(wave.value.plan as Plan)
    for (const area of rows.value) population[area.code] = { elder: 0, adult: 0, unit: 0 }
    for (const s of draft.value.strata ?? []) (population[s.street] ??= { elder: 0, adult: 0, unit: 0 })[s.group as Group] = s.population
  }
  watch([() => wave.value?.version, rows], start, { immediate: true })

  const save = useMutation({
    mutationFn: () => {
      const strata = Object.entries(population).flatMap(([street, of]) => groups.map((group) => ({ street, group, population: Number(of[group]) || 0 }))).filter((s) => s.population > 0)
      return setPlan(id(), wave.value!.version, { ...planOf(draft.value!, !!(wave.value!.plan as Plan).award), strata })
    },
    onSuccess: () => { done(t('方案已保存')); void cache.invalidateQueries({ queryKey: ['wave'] }); void cache.invalidateQueries({ queryKey: ['waves'] }) },
  })
  return { query, wave, draft, population, rows, editable, save, start }
}
