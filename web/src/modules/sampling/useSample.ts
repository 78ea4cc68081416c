import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed } from 'vue'
import { t } from '@/kit/i18n'
import { asProblem } from '@/kit/problem'
import { done, failed } from '@/ui/toast'
import { drawSample, getSample, sealSample, verifySample, type Design } from './api'

/** The sample of a wave: not begun, sealed or drawn, and what can be done next. */
export function useSample(wave: () => string) {
  const cache = useQueryClient()
  const query = useQuery({ queryKey: ['sample', wave], queryFn: () => getSample(wave()).catch((e: unknown) => { if (asProblem(e).status === 404) return null; throw e }) })
  const refresh = () => { for (const key of ['sample', 'wave', 'waves']) void cache.invalidateQueries({ queryKey: [key] }) }
  const seal = useMutation({
    mutationFn: (of: { version: number; design: Design; reason?: string }) => sealSample(wave(), of.version, of.design, of.reason),
    onSuccess: () => { done(t('种子已封存')); refresh() },
  })
  const draw = useMutation({ mutationFn: (beacon: string) => drawSample(wave(), beacon), onSuccess: () => { done(t('已抽样')); refresh() }, onError: failed })
  const verify = useMutation({ mutationFn: () => verifySample(wave()), onError: failed })
  return { query, sample: computed(() => query.data.value ?? null), seal, draw, verify }
}
