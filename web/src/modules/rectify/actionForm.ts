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
  days?: number
  level?: number
  suspension?: string
  noteLabel: string
  noteRequired: boolean
}

export function formOf(action: string, item: Pick<ItemDetail, 'lead' | 'reply' | 'state'> & Partial<Pick<ItemDetail, 'asks' | 'supervision'>>): ActionForm {
  const note = (label: string, required: boolean) => ({ note: '', noteLabel: label, noteRequired: required })
  switch (action) {
    case 'confirm':
    case 'issue':
      return { lead_unit: item.lead.id, ...note(t('说明'), action === 'issue' && item.state === 'returned') }
    case 'adjudicate':
      return { lead_unit: '', ...note(t('研判理由（作为先例公开给各单位）'), true) }
    case 'ask_extension':
      return { days: 3, ...note(t('为什么需要延期'), true) }
    case 'extend':
      return { days: item.asks?.days ?? 1, ...note(t('意见'), false) }
    case 'ask_suspension':
      return { suspension: '', ...note(t('难在哪里，挂账期间做什么'), true) }
    case 'suspend':
      return note(t('意见'), false)
    case 'supervise':
      return { level: (item.supervision ?? 0) + 1, ...note(t('督办要求'), true) }
    case 'reply':
      return note(t('办到哪一步、何时办完'), true)
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
  const asked = [form.lead_unit, form.measure, form.promised_at, form.ground, form.result, form.suspension, form.outcome, form.reply, form.noteRequired ? form.note : undefined]
  return asked.some((value) => value !== undefined && !value.trim())
}

export function bodyOf(form: ActionForm): Omit<ActionBody, 'version'> {
  const { noteLabel: _label, noteRequired: _required, promised_at, suspension, ...rest } = form
  return { ...rest, ...(suspension ? { ground: suspension } : {}), ...(rest.days === undefined ? {} : { days: Number(rest.days) }), ...(promised_at ? { promised_at: `${promised_at}T18:00:00+08:00` } : {}) }
}
