import type { ItemDetail } from '@/api/types'
import { t } from '@/kit/i18n'
import { whoDid } from '@/kit/who'
import { clockName, suspensionGround } from './item/words'
import { actionName, groundName } from './words'

type Step = ItemDetail['history'][number]

/** The name of a unit that appears on the item; other units are left unnamed rather than shown as a key. */
export function unitOn(item: Pick<ItemDetail, 'lead' | 'co'>, id: string): string {
  return [item.lead, ...item.co].find((unit) => unit.id === id)?.name ?? ''
}

function noteOf(step: Step): string {
  if (step.action === 'evidence') return step.note.startsWith('after') ? t('整改后照片') : t('整改前照片')
  if (step.action === 'merge' && /^\d+$/.test(step.note)) return t('{n} 条意见', { n: step.note })
  if (step.action === 'milestone' || step.action === 'report' || step.action === 'link' || step.action === 'unlink' || step.action === 'ready') return step.note
  if (step.action === 'plan') return t('{n} 个节点', { n: step.note })
  if (step.action === 'invite') return t('短信 {a} 条，邀请码 {b} 张', { a: step.note.split('/')[0] ?? '', b: step.note.split('/')[1] ?? '' })
  if (step.action === 'doubt' || step.action === 'reopen') return t('没解决 {a}，共 {b} 人评价', { a: step.note.split('/')[0] ?? '', b: step.note.split('/')[1] ?? '' })
  if (step.action === 'overdue') return clockName(step.note)
  return [step.ground ? groundName(suspensionGround(step.ground)) : '', step.note].filter(Boolean).join('：')
}

/** The history of an item as a story, newest first. */
export function storyOf(item: ItemDetail) {
  return [...item.history].reverse().map((step) => ({
    id: step.id,
    at: step.at,
    title: actionName(step.action),
    who: [whoDid(step), unitOn(item, step.actor_unit)].filter(Boolean).join('　'),
    note: noteOf(step),
  }))
}
