import type { ItemDetail } from '@/api/types'
import { t } from '@/kit/i18n'
import type { ActionBody } from './api'

/** What a step asks for. A field that is undefined is not asked. */
export interface ActionForm {
  lead_unit?: string
  measure?: string
  promised_at?: string
  ground?: string
  result?: NonNullable<ActionBody['result']>
  reply?: string
  outcome?: string
  note?: string
  noteLabel: string
  noteRequired: boolean
}

export function formOf(action: string, item: Pick<ItemDetail, 'lead' | 'reply' | 'state'>): ActionForm {
  const note = (label: string, required: boolean) => ({ note: '', noteLabel: label, noteRequired: required })
  switch (action) {
    case 'confirm':
    case 'issue':
      return { lead_unit: item.lead.id, ...note(t('说明'), action === 'issue' && item.state === 'returned') }
    case 'answer':
      return { measure: '', promised_at: '', noteLabel: '', noteRequired: false }
    case 'return':
      return { ground: '', ...note(t('具体理由（写明哪条规定）'), true) }
    case 'done':
      return { result: '', outcome: '', noteLabel: '', noteRequired: false }
    case 'verify':
      return note(t('现场核查情况'), true)
    case 'tell':
      return { reply: item.reply ?? '', noteLabel: '', noteRequired: false }
    case 'publish':
    case 'start':
      return note(t('说明'), false)
    default:
      return note(t('理由'), true)
  }
}

export function missing(form: ActionForm): boolean {
  const asked = [form.lead_unit, form.measure, form.promised_at, form.ground, form.result, form.outcome, form.reply, form.noteRequired ? form.note : undefined]
  return asked.some((value) => value !== undefined && !value.trim())
}

export function bodyOf(form: ActionForm): Omit<ActionBody, 'version'> {
  const { noteLabel: _label, noteRequired: _required, promised_at, ...rest } = form
  return { ...rest, ...(promised_at ? { promised_at: `${promised_at}T18:00:00+08:00` } : {}) }
}
