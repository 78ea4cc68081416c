import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, reactive, watch } from 'vue'
import { listCases } from '@/modules/cases/api'
import { draftWhistle, getFindings, getRules, redraftWhistle, type Kind, type WhistleDetail } from './api'

/** The draft of a whistle: for a case, of a kind, calling departments; a stored draft is changed the same way. */
export function useDraft(item: () => string | undefined, stored: () => WhistleDetail | undefined) {
  const cache = useQueryClient()
  const was = stored()
  const form = reactive({
    caseId: was?.case_id ?? item() ?? '', asked: '', kind: (was?.kind ?? 'push') as Kind, title: was?.title ?? '', matter: was?.matter ?? '', reason: was?.reason ?? '', first: was?.first_id ?? '',
    calls: was?.calls.map((c) => ({ unit: c.unit_id, task: c.task })) ?? [{ unit: '', task: '' }],
  })
  const rules = useQuery({ queryKey: ['whistle-rules'], queryFn: getRules, staleTime: Infinity })
  const found = useQuery({ queryKey: ['whistle-cases', () => form.asked], queryFn: () => listCases({ q: form.asked, open: true, limit: 8 }), enabled: () => !item() && !was && form.asked.length >= 2 })
  const findings = useQuery({ queryKey: ['whistle-findings', () => form.caseId], queryFn: () => getFindings(form.caseId), enabled: () => !!form.caseId, retry: false })
  // The departments the list names are offered first; nobody has to look them up. Who began to choose by hand keeps what stands.
  const untouched = () => form.calls.length === 1 && !form.calls[0]!.unit && !form.calls[0]!.task
  watch(() => findings.data.value, (f) => {
    const d = f?.decision
    if (!d || !untouched()) return
    const above = [d.lead, ...d.assists].filter((b) => b && b.area_code.length <= 6)
    if (above.length) form.calls = above.map((b) => ({ unit: b!.id, task: '' }))
  })
  const ready = computed(() => !!form.caseId && !!form.matter.trim() && !!form.reason.trim() && form.calls.length > 0 && form.calls.every((c) => c.unit && c.task.trim()))
  const send = useMutation({
    mutationFn: () => {
      const say = { kind: form.kind, matter: form.matter.trim(), reason: form.reason.trim(), calls: form.calls.map((c) => ({ unit: c.unit, task: c.task.trim() })) }
      return was ? redraftWhistle(was.id, { ...say, title: form.title.trim(), version: was.version })
        : draftWhistle({ ...say, case_id: form.caseId, ...(form.title.trim() ? { title: form.title.trim() } : {}), ...(form.first ? { first_id: form.first } : {}) })
    },
    onSuccess: () => Promise.all(['whistles', 'whistle'].map((key) => cache.invalidateQueries({ queryKey: [key] }))),
  })
  return { form, rules, found, findings, ready, send }
}
