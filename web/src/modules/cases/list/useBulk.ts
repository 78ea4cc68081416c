import { useMutation, useQueryClient } from '@tanstack/vue-query'
import { computed, reactive, ref } from 'vue'
import type { Case } from '@/api/types'
import { can } from '@/kit/session'
import { failed } from '@/ui/toast'
import { caseKeys } from '../useCase'
import { actOnCases, type BulkMove, type BulkOutcome } from './api'

export type BulkField = 'note' | 'reply' | 'lead_unit' | 'into'
export interface BulkAction { code: string; permission: string; fields: BulkField[]; needs: BulkField[] }

/** What can be done to many cases at once, in the order of the work; the rest needs looking at one case. */
const all: BulkAction[] = [
  { code: 'accept', permission: 'cases.accept', fields: ['note'], needs: [] },
  { code: 'dispatch', permission: 'cases.dispatch', fields: ['lead_unit', 'note'], needs: ['lead_unit'] },
  { code: 'sign', permission: 'cases.handle', fields: ['note'], needs: [] },
  { code: 'start', permission: 'cases.handle', fields: ['note'], needs: [] },
  { code: 'urge', permission: 'cases.dispatch', fields: ['note'], needs: [] },
  { code: 'comment', permission: 'cases.read', fields: ['note'], needs: ['note'] },
  { code: 'supervise', permission: 'cases.supervise', fields: ['note'], needs: ['note'] },
  { code: 'escalate', permission: 'cases.dispatch', fields: ['note'], needs: ['note'] },
  { code: 'merge', permission: 'cases.merge', fields: ['into', 'note'], needs: ['into'] },
  { code: 'close', permission: 'cases.close', fields: ['reply'], needs: ['reply'] },
]

/** From which states an action leads on; those without an entry fit any. */
const from: Record<string, string[]> = {
  accept: ['reported', 'inspecting'], dispatch: ['filed', 'returned'], sign: ['dispatched'], start: ['signed', 'rework'], close: ['checked'],
}

/** What the person may do, what fits the chosen cases first. */
export function bulkActions(chosen: Case[]): BulkAction[] {
  const fits = (a: BulkAction) => !from[a.code] || chosen.some((c) => from[a.code]!.includes(c.state))
  const own = all.filter((a) => can(a.permission))
  return [...own.filter(fits), ...own.filter((a) => !fits(a))]
}

/** One action on the chosen cases: filled in, previewed, taken; what came of each stays to be read. */
export function useBulk(chosen: () => Case[], action: BulkAction) {
  const cache = useQueryClient()
  const form = reactive<Record<BulkField, string>>({ note: '', reply: '', lead_unit: '', into: '' })
  const opened = chosen() // what the person ticked and saw, whatever refreshes behind the dialog
  const preview = ref<BulkOutcome[] | null>(null)
  const result = ref<BulkOutcome[] | null>(null)
  const lacks = computed(() => action.needs.some((f) => !form[f].trim()))
  const move = computed<BulkMove>(() => Object.fromEntries(action.fields.filter((f) => form[f].trim()).map((f) => [f, form[f].trim()])))
  const send = useMutation({
    mutationFn: (dryRun: boolean) => {
      const asked = dryRun || !preview.value ? opened.filter((c) => c.id !== form.into) : opened.filter((c) => preview.value!.some((p) => p.done && p.id === c.id))
      return actOnCases({ action: action.code, cases: asked.map((c) => ({ id: c.id, version: c.version })), move: move.value, dry_run: dryRun })
    },
    onSuccess: (answer, dryRun) => {
      if (dryRun) { preview.value = answer.items; return }
      result.value = answer.items
      for (const key of caseKeys) void cache.invalidateQueries({ queryKey: [key] })
    },
    onError: failed,
  })
  const change = () => { preview.value = null }
  return { form, opened, preview, result, lacks, send, change }
}
