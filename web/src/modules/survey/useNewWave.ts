import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, reactive, watch } from 'vue'
import type { Area, Plan, Wave } from '@/api/types'
import { session } from '@/kit/session'
import { listAreas } from '@/modules/region/api'
import { createWave, draftPlan, getWave, listSystems } from './api'

export const groups = ['elder', 'adult', 'unit'] as const
export type Group = (typeof groups)[number]
type Population = Record<string, Record<Group, number>>

/** A new wave in the making: what a person decides, and the template that fills in the rest. */
export function useNewWave(done: (wave: Wave) => void) {
  const cache = useQueryClient()
  const district = computed(() => session.value?.areas[0]?.code.slice(0, 6) ?? '')
  const form = reactive({ code: '', name: '', starts: '', ends: '', system: '', copyOf: '', target: 0, tie: '', population: {} as Population })

  const systems = useQuery({ queryKey: ['indicator-systems'], queryFn: listSystems })
  const streets = useQuery({ queryKey: ['areas', 'streets', district], queryFn: () => listAreas({ parent: district.value }), enabled: () => !!district.value })
  const draft = useQuery({ queryKey: ['draft-plan', () => form.system], queryFn: () => draftPlan(form.system), enabled: () => !!form.system })
  const model = useQuery({ queryKey: ['wave', () => form.copyOf], queryFn: () => getWave(form.copyOf), enabled: () => !!form.copyOf })

  watch(() => systems.data.value?.items[0]?.version, (version) => { form.system ||= version ?? '' }, { immediate: true })
  watch([() => streets.data.value, () => model.data.value?.plan, () => draft.data.value], ([areas, plan, fresh]) => {
    for (const area of areas?.items ?? []) form.population[area.code] ??= { elder: 0, adult: 0, unit: 0 }
    for (const s of plan?.strata ?? []) (form.population[s.street] ??= { elder: 0, adult: 0, unit: 0 })[s.group as Group] = s.population
    form.target ||= plan?.target ?? 0
    form.tie ||= plan?.tie_rule ?? fresh?.tie_rule ?? ''
  }, { immediate: true })

  const strata = computed(() => Object.entries(form.population).flatMap(([street, of]) => groups.map((group) => ({ street, group, population: of[group] }))).filter((s) => s.population > 0))
  const rows = computed(() => (streets.data.value?.items ?? []).filter((a: Area) => a.level === 'subdistrict'))
  const ready = computed(() => !!form.code && !!form.name && !!draft.data.value && strata.value.length > 0 && form.target > 0)
  const create = useMutation({
    mutationFn: () => createWave({
      area: district.value, code: form.code, name: form.name, period: form.code,
      starts_at: moment(form.starts, '00:00'), ends_at: moment(form.ends, '23:59'),
      plan: { ...draft.data.value, strata: strata.value, target: form.target, tie_rule: form.tie } as Plan,
    }),
    onSuccess: (wave) => { void cache.invalidateQueries({ queryKey: ['waves'] }); done(wave) },
  })
  return { form, rows, systems, strata, ready, create }
}

/** A day of the form as an instant in China, which has one zone. */
const moment = (day: string, time: string): string | undefined => (day ? new Date(`${day}T${time}:00+08:00`).toISOString() : undefined)
