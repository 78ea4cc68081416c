import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import type { RouteLocationRaw } from 'vue-router'
import { count } from '@/kit/format'
import { can } from '@/kit/session'
import { getChange } from '@/modules/appraisal/analysisApi'
import { getScores } from '@/modules/appraisal/api'
import { getPicture, type Figure } from '../effect/api'

/** Where the list of a figure is seen. */
export function listOf(figure: Figure): RouteLocationRaw | undefined {
  const { wave = '', ...rest } = figure.query
  switch (figure.list) {
    case 'items': case 'voices': return { path: '/rectify', query: { wave, set: rest.set } }
    case 'comments': return { path: '/rectify/coding', query: { wave, ...rest } }
    case 'answers': return { path: `/appraisal/${wave}` }
    case 'standings': return { path: '/rectify/effect', query: { wave, by: rest.by }, hash: '#standings' }
    case 'returns': return { path: '/rectify/effect', query: { wave: wave || rest.earlier, ...(wave ? {} : { back: '1' }) }, hash: '#returns' }
  }
  return undefined
}

const out = ['published', 'archived']

/** The closed loop of a wave: every figure by its key, with the list that it counts; beside it the score of the district where it is published. */
export function usePicture(wave: () => string, published: () => boolean) {
  const query = useQuery({ queryKey: ['loop', 'picture', wave], queryFn: () => getPicture(wave()), enabled: () => !!wave() })
  const picture = computed(() => query.data.value)
  const figures = computed(() => new Map((picture.value?.figures ?? []).map((one) => [one.key, one])))
  const value = (key: string) => figures.value.get(key)?.value ?? 0
  const words = (key: string) => count(value(key))
  const to = (key: string) => { const one = figures.value.get(key); return one ? listOf(one) : undefined }

  const next = computed(() => picture.value?.next)
  const scores = useQuery({ queryKey: ['loop', 'score', wave], enabled: () => !!wave() && published() && can('appraisal.read'), queryFn: () => getScores(wave(), { by: 'street' }), retry: false })
  const change = useQuery({ queryKey: ['loop', 'change', next], enabled: () => !!next.value && out.includes(next.value.state) && can('appraisal.read'), queryFn: () => getChange(next.value!.id, '', wave()), retry: false })
  return { query, picture, next, value, words, to, district: computed(() => scores.data.value?.district), change: computed(() => change.data.value?.district) }
}
