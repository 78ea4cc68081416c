import { useQuery } from '@tanstack/vue-query'
import { computed, reactive, watch } from 'vue'
import type { Wave } from '@/api/types'
import { listFrames, trySample, type Design } from './api'

/** The design in the making: sizes per group and the way of drawing, tried on the frames while it is typed. */
export function useDesign(wave: () => Wave, sealed: () => Design | undefined) {
  const frames = useQuery({ queryKey: ['frames'], queryFn: listFrames })
  const closed = computed(() => (frames.data.value?.items ?? []).filter((f) => f.state === 'closed' && f.area === wave().area))
  const form = reactive({
    frame_id: '', unit_frame_id: '', elder: 0, adult: 0, unit: 0, allocation: 'equal', cluster: '', take: 10, within: 'last_birthday', reserve: 50, rest_years: 3, beacon: '', sd: {} as Record<string, number>,
  })

  watch(closed, (list) => {
    form.frame_id ||= list.find((f) => f.kind === 'household')?.id ?? ''
    form.unit_frame_id ||= list.find((f) => f.kind === 'unit')?.id ?? ''
  }, { immediate: true })
  watch(() => [sealed(), wave().plan?.target] as const, ([design, target]) => {
    if (design) {
      Object.assign(form, { ...design, elder: design.sizes['elder'] ?? 0, adult: design.sizes['adult'] ?? 0, unit: design.sizes['unit'] ?? 0, reserve: Math.round(design.reserve * 100), take: design.take ?? 10, cluster: design.cluster ?? '', beacon: design.beacon ?? '', sd: design.sd ?? {} })
    } else if (!form.adult && target) {
      Object.assign(form, { elder: Math.round(target * 0.4), unit: Math.round(target * 0.12), adult: target - Math.round(target * 0.4) - Math.round(target * 0.12) })
    }
  }, { immediate: true })

  const codes = computed(() => [...new Set((wave().plan?.strata ?? []).map((x) => x.street))])
  const spread = computed(() => (['neyman', 'optimum'].includes(form.allocation) ? { sd: Object.fromEntries(codes.value.map((code) => [code, form.sd[code] ?? 15])) } : {}))
  const design = computed<Design>(() => ({
    frame_id: form.frame_id, frame_hash: '', ...(form.unit && form.unit_frame_id ? { unit_frame_id: form.unit_frame_id } : {}),
    sizes: { elder: form.elder || 0, adult: form.adult || 0, unit: form.unit || 0 }, allocation: form.allocation as Design['allocation'], ...spread.value,
    ...(form.cluster ? { cluster: form.cluster as 'community' | 'grid', take: form.take } : {}),
    within: form.within as Design['within'], reserve: (form.reserve || 0) / 100, rest_years: form.rest_years || 0, ...(form.beacon.trim() ? { beacon: form.beacon.trim() } : {}),
  }))
  const preview = useQuery({
    queryKey: ['sample-try', () => wave().id, design], queryFn: () => trySample(wave().id, design.value),
    enabled: () => !!form.frame_id && form.elder + form.adult + form.unit > 0, placeholderData: (last) => last, retry: false,
  })
  const streets = computed(() => [...new Map((preview.data.value?.rows ?? []).map((r) => [r.street, r.street_name]))].map(([code, name]) => ({ code, name })))
  return { frames, closed, form, design, preview, streets }
}
