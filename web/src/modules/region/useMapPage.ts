import { computed, ref, watch, type Ref } from 'vue'
import { count, score } from '@/kit/format'
import { t } from '@/kit/i18n'
import { can } from '@/kit/session'
import { shortName } from '@/modules/appraisal/heat'
import { useLatestScores } from '@/modules/appraisal/useLatestScores'
import type { Level, ShapeProperties } from './api'
import { classesOf } from './map/paint'
import type { Picture, Shapes } from './map/useMap'
import { useMapData } from './useMapData'

export type Tint = 'households' | 'score' | 'none'
export interface MapRow { code: string; name: string; value?: number; words: string; properties: ShapeProperties }

/** What the map and the list beside it show: one level, one tint, the same numbers in both. */
export function useMapPage(chosen: Ref<string | null>) {
  const level = ref<Level>('subdistrict')
  const kind = ref('composite')
  const tint = ref<Tint>('households')
  const lines = ref(['street', 'community'])
  watch(kind, () => (level.value = 'grid')) // choosing a kind of grid means wanting to see it
  const { street, community, grid } = useMapData(kind, () => level.value === 'grid' || lines.value.includes('grid'))
  const scores = useLatestScores(() => tint.value === 'score' && can('appraisal.read'), level)
  const source = computed(() => (level.value === 'subdistrict' ? street : level.value === 'community' ? community : grid))

  const valueOf = (p: ShapeProperties): number | undefined =>
    tint.value === 'households' ? p.households || undefined : tint.value === 'score' ? scores.value.get(p.code) : undefined
  const rows = computed<MapRow[]>(() => (source.value.data.value?.features ?? []).map(({ properties }) => {
    const value = valueOf(properties)
    return { code: properties.code, name: properties.name, value, words: tint.value === 'score' ? score(value) : count(value), properties }
  }).sort((a, b) => (b.value ?? -1) - (a.value ?? -1) || a.code.localeCompare(b.code)))
  const shown = computed<Shapes | undefined>(() => source.value.data.value && {
    type: 'FeatureCollection',
    features: source.value.data.value.features.map((f) => { const value = valueOf(f.properties); return { ...f, properties: value === undefined ? f.properties : { ...f.properties, value } } }),
  })
  const classes = computed(() => classesOf(rows.value.flatMap((r) => (r.value === undefined ? [] : [r.value])), tint.value === 'score' ? 1 : 0))
  const on = (name: string) => lines.value.includes(name)
  const picture = computed<Picture>(() => ({
    shown: shown.value, street: street.data.value, community: on('community') ? community.data.value : undefined, grid: on('grid') || level.value === 'grid' ? grid.data.value : undefined,
    chosen: chosen.value, classes: classes.value, labels: (street.data.value?.features ?? []).map((f) => ({ street: f.properties.code, text: shortName(f.properties.name) })),
  }))
  const legend = computed(() => (tint.value === 'none' ? '' : tint.value === 'score' ? t('满意度得分') : t('户数')))
  return {
    level, kind, tint, lines, rows, picture, legend,
    error: computed(() => source.value.error.value ?? street.error.value), loading: computed(() => source.value.isPending.value),
    retry: () => { void street.refetch(); void source.value.refetch() },
  }
}
