import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, ref, watch } from 'vue'
import type { ReportSection, ReportTemplate, StoredReportTemplate } from '@/api/types'
import { t } from '@/kit/i18n'
import { asProblem } from '@/kit/problem'
import { done } from '@/ui/toast'
import { listKinds, listTemplates, saveTemplate } from './api'

const copy = (template: ReportTemplate): ReportTemplate => JSON.parse(JSON.stringify(template)) as ReportTemplate

/** The template being edited: its sections in order, what is missing, and saving as the next version. */
export function useTemplate() {
  const cache = useQueryClient()
  const versions = useQuery({ queryKey: ['report-templates'], queryFn: listTemplates })
  const kinds = useQuery({ queryKey: ['report-kinds'], queryFn: () => listKinds() })
  const base = ref<StoredReportTemplate | null>(null)
  const form = ref<ReportTemplate | null>(null)
  const at = ref(0)
  watch(versions.data, (page) => { if (page?.items[0] && !form.value) start(page.items[0]) }, { immediate: true })

  function start(from: StoredReportTemplate): void {
    base.value = versions.data.value?.items[0] ?? from
    form.value = copy(from.body)
    at.value = 0
    save.reset()
  }
  const changed = computed(() => !!form.value && !!base.value && JSON.stringify(form.value) !== JSON.stringify(base.value.body))
  const section = computed(() => form.value?.sections[at.value])
  const kindName = (kind: string) => kinds.data.value?.sections.find((k) => k.kind === kind)?.name ?? kind
  const missing = computed(() => (kinds.data.value?.sections ?? []).filter((k) => k.kind === 'text' || !form.value?.sections.some((s) => s.kind === k.kind)))

  function move(step: number): void {
    const list = form.value!.sections
    const to = at.value + step
    if (to < 0 || to >= list.length) return
    list.splice(to, 0, list.splice(at.value, 1)[0]!)
    at.value = to
  }
  function remove(): void {
    form.value!.sections.splice(at.value, 1)
    at.value = Math.max(0, at.value - 1)
  }
  function add(kind: string): void {
    const fresh: ReportSection = { kind, title: kinds.data.value?.sections.find((k) => k.kind === kind)?.title ?? '', text: '', after: '', hidden: false }
    form.value!.sections.splice(at.value + 1, 0, fresh)
    at.value++
  }
  const save = useMutation({
    mutationFn: (note: string) => saveTemplate(base.value!.version, form.value!, note),
    onSuccess: async (stored) => {
      done(t('已存为第 {n} 版', { n: stored.version }))
      await cache.invalidateQueries({ queryKey: ['report-templates'] })
      base.value = stored
      form.value = copy(stored.body)
      void cache.invalidateQueries({ queryKey: ['report-draft'] })
    },
  })
  const conflict = computed(() => (save.error.value ? asProblem(save.error.value).status === 409 : false))
  async function takeNewest(): Promise<void> {
    const page = await versions.refetch()
    if (page.data?.items[0]) start(page.data.items[0])
  }
  return { versions, kinds, form, base, at, section, changed, missing, kindName, start, move, remove, add, save, conflict, takeNewest }
}
