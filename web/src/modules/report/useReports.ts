import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, ref } from 'vue'
import type { FrozenReport } from '@/api/types'
import { fetchFile } from '@/kit/fetchFile'
import { t } from '@/kit/i18n'
import { asProblem } from '@/kit/problem'
import { done, failed } from '@/ui/toast'
import { draftReport, fileAddress, freezeReport, listFrozen, verifyReport } from './api'

/** The frozen reports of a wave, newest first; freezing and checking them. */
export function useReports(wave: () => string) {
  const cache = useQueryClient()
  const query = useQuery({ queryKey: ['reports', wave], queryFn: () => listFrozen(wave()) })
  const list = computed(() => query.data.value?.items ?? [])
  const current = computed(() => list.value.find((r) => r.current) ?? list.value[0])
  const hidden = computed(() => (query.error.value ? asProblem(query.error.value).code === 'report.not_published' : false))
  const freeze = useMutation({
    mutationFn: (note: string) => freezeReport(wave(), note),
    onSuccess: (report) => {
      done(t('已冻结为 {mark}', { mark: markOf(report) }))
      void cache.invalidateQueries({ queryKey: ['reports'] })
    },
  })
  const checked = ref<Record<string, boolean>>({})
  async function verify(report: FrozenReport): Promise<void> {
    try {
      const found = await verifyReport(wave(), report.id)
      checked.value = { ...checked.value, [report.id]: found.good }
      if (found.good) done(t('{n} 个文件与冻结时逐字节相同', { n: found.files.length }))
    } catch (error) {
      failed(error)
    }
  }
  const save = (report: FrozenReport, kind: string, format: string, street = '') => fetchFile(fileAddress(wave(), report.id, kind, format, street), `${markOf(report)}.${format}`).catch(failed)
  return { query, list, current, hidden, freeze, verify, checked, save }
}

/** The report as it would be frozen now; asked for only by those who may see the result. */
export const useDraft = (wave: () => string, wanted: () => boolean) => useQuery({ queryKey: ['report-draft', wave], queryFn: () => draftReport(wave()), enabled: wanted })

export const markOf = (report: FrozenReport): string => `${report.code}-${report.seq}`
