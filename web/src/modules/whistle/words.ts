import { moment } from '@/kit/format'
import { t } from '@/kit/i18n'
import type { Tone } from '@/ui/status'
import type { Call, Whistle } from './api'

export const kindName = (kind: string): string => ({ push: t('推进哨'), hard: t('攻坚哨'), urgent: t('应急哨') })[kind] ?? kind
export const kindHint = (kind: string): string => ({ push: t('一位班子成员同意'), hard: t('党政主官两人同意'), urgent: t('值班即可吹，不等批准') })[kind] ?? ''
export const stateName = (state: string): string => ({ draft: t('草稿'), checked: t('待领导同意'), approved: t('可以吹哨'), blown: t('应哨中'), done: t('待销哨'), closed: t('已销哨'), withdrawn: t('已撤回') })[state] ?? state
export const callName = (state: string): string => ({
  called: t('待签收'), signed: t('已签收'), contacted: t('已联系'), reported: t('已报到'), committed: t('办理中'), done: t('待街道验收'), accepted: t('已验收'), refused: t('退哨待裁定'), released: t('裁定免应哨'), cancelled: t('已取消'),
})[state] ?? state
export const clockName = (kind: string): string => ({ sign: t('签收'), contact: t('联系'), report: t('报到'), commit: t('承诺事项'), work: t('承诺办结'), accept: t('街道验收'), arbitrate: t('裁定'), session: t('现场会商') })[kind] ?? kind
export const stepName = (action: string): string => ({
  sign: t('签收'), contact: t('已联系街道'), report: t('报到'), commit: t('承诺事项'), keep: t('办完这项'), done: t('办完，请验收'), refuse: t('退哨'), accept: t('验收通过'), return: t('退回重办'), bind: t('裁定应哨'), release: t('裁定免应哨'), urge: t('催办'), rate: t('评哨'),
})[action] ?? action
export const verbName = (verb: string): string => ({ check: t('核对后报领导'), approve: t('同意吹哨'), blow: t('吹哨'), withdraw: t('撤回'), close: t('销哨'), redraft: t('修改'), meet: t('约现场会商') })[verb] ?? verb
export const historyName = (action: string): string => ({
  draft: t('起草'), redraft: t('修改'), check: t('核对'), approve: t('同意吹哨'), blow: t('吹哨'), withdraw: t('撤回'), close: t('销哨'), all_ended: t('各部门均已办结'), meet: t('约现场会商'), minutes: t('会商记录'),
  overdue: t('超时'), rate_street: t('街道已评哨'), rate_unit: t('部门已反馈'),
})[action] ?? stepName(action)

/** How a whistle stands, for a reader who has one second. */
export function standing(w: Pick<Whistle, 'state' | 'overdue' | 'due_at'>): { tone: Tone; words: string } {
  if (w.state === 'blown' && w.overdue) return { tone: 'over', words: t('有部门超时') }
  if (w.state === 'blown' && w.due_at) return { tone: 'ok', words: t('{when} 到期', { when: moment(w.due_at) }) }
  if (w.state === 'closed' || w.state === 'withdrawn') return { tone: 'done', words: stateName(w.state) }
  return { tone: w.state === 'blown' ? 'ok' : 'warn', words: stateName(w.state) }
}

export const callTone = (c: Pick<Call, 'state' | 'clocks'>): Tone =>
  c.clocks.some((k) => k.overdue) ? 'over' : c.state === 'refused' || c.state === 'done' ? 'warn' : ['accepted', 'released', 'cancelled'].includes(c.state) ? 'done' : 'ok'

/** The stages a call goes through, for the row of steps. */
export const stages = ['signed_at', 'contacted_at', 'reported_at', 'committed_at', 'done_at', 'ended_at'] as const
export const stageName = (stage: (typeof stages)[number]): string => ({ signed_at: t('签收'), contacted_at: t('联系'), reported_at: t('报到'), committed_at: t('承诺'), done_at: t('办结'), ended_at: t('验收') })[stage]
