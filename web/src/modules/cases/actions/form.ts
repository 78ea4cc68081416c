import type { CaseDetail, CaseWorkflow } from '@/api/types'
import type { CaseMove } from '../api'

/** What a dialog asks for; `photos` and `place` are widgets that fill other fields or nothing of the move. */
export type FieldName = keyof CaseMove | 'photos' | 'place'

/** One action being filled in. Values are as inputs keep them; what is empty is not sent. */
export interface ActionForm {
  note: string; ground: string; reply: string; lead_unit: string; co_units: { unit: string; task: string; required: boolean }[]; category: string; title: string; address: string
  officer: string; result: string; outcome: string; urgent: boolean; amount: number; request: string; solved: string; satisfaction: string; reasons: string[]; way: string
  reporter: string; finding: string; due: string; into: string; visibility: string; precedent: boolean; lat?: number; lon?: number; remote: boolean
}

const asked: Record<string, FieldName[]> = {
  inspect: ['officer', 'note'],
  confirm: ['photos', 'note'],
  refute: ['photos', 'note'],
  accept: ['note'],
  reject: ['ground', 'note', 'reply'],
  self_handle: ['category', 'photos', 'result', 'outcome'],
  file: ['category', 'urgent', 'note'],
  dispatch: ['lead_unit', 'co_units', 'note'],
  recall: ['note'],
  sign: ['note'],
  return: ['ground', 'note'],
  adjudicate: ['lead_unit', 'co_units', 'note', 'precedent'],
  start: ['note'],
  handle: ['photos', 'result', 'outcome'],
  ask_extension: ['amount', 'note'],
  extend: ['request', 'note'],
  ask_suspension: ['ground', 'note'],
  suspend: ['request', 'note'],
  refuse_request: ['request', 'note'],
  verify: ['place', 'photos', 'note'],
  rework: ['photos', 'note'],
  close: ['reply', 'note'],
  revisit: ['reporter', 'way', 'solved', 'satisfaction', 'reasons', 'note'],
  audit: ['finding', 'note'],
  assign: ['officer', 'note'],
  correct: ['title', 'category', 'address', 'urgent', 'note'],
  comment: ['note', 'visibility'],
  merge: ['into', 'note'],
  supervise: ['note', 'due'],
  force_close: ['result', 'note', 'reply'],
  void: ['ground', 'note'],
}

/** The fields of an action in the order they are asked, with what the workflow needs beyond them. */
export function fieldsOf(action: string, needs: string[], item: Pick<CaseDetail, 'category'>): FieldName[] {
  const list = asked[action] ?? ['note']
  const rest = (needs as FieldName[]).filter((n) => !list.includes(n))
  return [...list, ...rest].filter((f) => !(action === 'self_handle' && f === 'category' && item.category))
}

export const needsOf = (workflow: CaseWorkflow | undefined, action: string): string[] => workflow?.actions.find((a) => a.code === action)?.needs ?? []

/** Starts a form from the case: what a person only confirms is filled in, what a person has to think about is not. */
export function startForm(action: string, item: CaseDetail): ActionForm {
  const open = item.requests.find((r) => r.state === 'open')
  return {
    note: '', ground: '', reply: action === 'close' ? item.reply ?? '' : '', lead_unit: '', co_units: [], category: item.category ?? '', title: action === 'correct' ? item.title : '',
    address: action === 'correct' ? item.address : '', officer: item.officer ?? '', result: '', outcome: '', urgent: item.urgent, amount: 1, request: open?.id ?? '', solved: '', satisfaction: '',
    reasons: [], way: 'call', reporter: item.reporters.length === 1 ? item.reporters[0]!.id : '', finding: '', due: '', into: '', visibility: 'internal', precedent: false, remote: false,
  }
}

/** Takes over what changed at the case into the fields that nobody has touched since the form began from `first`; what was typed stays. */
export function rebase(form: ActionForm, first: ActionForm, next: ActionForm): void {
  for (const key of Object.keys(next) as (keyof ActionForm)[]) {
    if (JSON.stringify(form[key]) === JSON.stringify(first[key])) Object.assign(form, { [key]: next[key] })
  }
}

/** Which of the needed fields are still empty. */
export function missing(form: ActionForm, fields: FieldName[], needs: string[]): FieldName[] {
  return fields.filter((f) => {
    if (!needs.includes(f)) return f === 'place' && form.lat === undefined && !form.remote
    const value = form[f as keyof ActionForm]
    return typeof value === 'string' ? !value.trim() : typeof value === 'number' ? value <= 0 : value === undefined
  })
}

/** The move to send: only the fields of this action, only what is filled in and, for a correction, only what differs. */
export function moveOf(form: ActionForm, fields: FieldName[], item: CaseDetail): CaseMove {
  const move: Record<string, unknown> = {}
  for (const field of fields) {
    if (field === 'photos') continue
    if (field === 'place') {
      if (form.lat !== undefined && form.lon !== undefined) Object.assign(move, { lat: form.lat, lon: form.lon })
      if (form.remote) move['remote'] = true
      continue
    }
    const value = form[field as keyof ActionForm]
    if (value === '' || value === undefined || value === false && field !== 'urgent' || Array.isArray(value) && !value.length) continue
    if (field === 'urgent' && value === item.urgent) continue
    if (field === 'due') {
      move[field] = endOfWork(form.due)
      continue
    }
    move[field] = typeof value === 'string' ? value.trim() : value
  }
  return move as CaseMove
}

/** The end of the working day of a date field, in the time of the place. */
export const endOfWork = (day: string): string => `${day}T18:00:00+08:00`

/** A correction sends only what was changed. */
export function corrected(move: CaseMove, item: CaseDetail): CaseMove {
  const same = (['title', 'category', 'address'] as const).filter((f) => move[f] === (item[f] ?? ''))
  return Object.fromEntries(Object.entries(move).filter(([name]) => !same.includes(name as 'title'))) as CaseMove
}
