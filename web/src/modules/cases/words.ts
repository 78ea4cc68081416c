import type { Case } from '@/api/types'
import { moment } from '@/kit/format'
import { t } from '@/kit/i18n'
import type { IconName } from '@/ui/icons'
import type { Tone } from '@/ui/status'

export interface Choice { value: string; label: string }
const named = (list: Choice[], value: string | undefined) => list.find((c) => c.value === value)?.label ?? value ?? ''

/** The states in the order a case passes them. */
export const caseStates = (): Choice[] => [
  { value: 'reported', label: t('待受理') }, { value: 'inspecting', label: t('核实中') }, { value: 'accepted', label: t('已受理') }, { value: 'filed', label: t('待派遣') },
  { value: 'dispatched', label: t('待签收') }, { value: 'returned', label: t('已退单') }, { value: 'adjudicating', label: t('联合研判') }, { value: 'signed', label: t('待处置') },
  { value: 'handling', label: t('处置中') }, { value: 'suspended', label: t('挂账') }, { value: 'waiting', label: t('待反映人补充') }, { value: 'rework', label: t('返工') }, { value: 'checking', label: t('待核查') },
  { value: 'checked', label: t('待结案') }, { value: 'closed', label: t('待回访') }, { value: 'archived', label: t('已归档') }, { value: 'rejected', label: t('不予受理') },
  { value: 'self_closed', label: t('自行处置') }, { value: 'force_closed', label: t('强制结案') }, { value: 'void', label: t('作废') }, { value: 'merged', label: t('已并案') },
]
export const caseStateName = (state?: string): string => named(caseStates(), state)

export const channels = (): Choice[] => [
  { value: 'officer', label: t('网格员上报') }, { value: 'resident', label: t('居民随手报') }, { value: 'hotline', label: t('12345 热线') }, { value: 'letter', label: t('来信来访') },
  { value: 'leader', label: t('领导批示') }, { value: 'department', label: t('部门转办') }, { value: 'device', label: t('物联告警') }, { value: 'inspection', label: t('巡查督查') },
]
export const channelName = (channel?: string): string => named(channels(), channel)

export const levels = (): Choice[] => [
  { value: 'grid', label: t('网格') }, { value: 'community', label: t('社区') }, { value: 'street', label: t('街道') }, { value: 'district', label: t('区') }, { value: 'city', label: t('市') },
]
export const levelName = (level?: string): string => named(levels(), level)

export const results = (): Choice[] => [
  { value: 'resolved', label: t('已解决') }, { value: 'partly', label: t('部分解决') }, { value: 'explained', label: t('已解释说明') },
  { value: 'not_ours', label: t('不属本级职责') }, { value: 'cannot', label: t('暂时解决不了') }, { value: 'withdrawn', label: t('反映人撤回') },
]
export const resultName = (result?: string): string => named(results(), result)

export const satisfactions = (): Choice[] => [
  { value: 'satisfied', label: t('满意') }, { value: 'basically', label: t('基本满意') }, { value: 'dissatisfied', label: t('不满意') }, { value: 'unreachable', label: t('联系不上') },
]
export const satisfactionName = (value?: string): string => named(satisfactions(), value)

export const solutions = (): Choice[] => [
  { value: 'yes', label: t('解决了') }, { value: 'partly', label: t('解决了一部分') }, { value: 'no', label: t('没有解决') }, { value: 'unknown', label: t('说不清') },
]
export const solutionName = (value?: string): string => named(solutions(), value)

/** Name of a stage of the clocks. */
export const stageName = (stage?: string): string => named([
  { value: 'accept', label: t('受理') }, { value: 'inspect', label: t('核实') }, { value: 'file', label: t('立案') }, { value: 'dispatch', label: t('派遣') }, { value: 'sign', label: t('签收') },
  { value: 'adjudicate', label: t('研判') }, { value: 'handle', label: t('处置') }, { value: 'check', label: t('核查') }, { value: 'close', label: t('结案') }, { value: 'revisit', label: t('回访') },
  { value: 'part', label: t('协办') }, { value: 'whistle', label: t('吹哨') },
], stage)

/** 剩余 3时05分 by the wall clock; the working time left is what the clock panel says. */
export function leftWords(due: string, now: number): string {
  const minutes = Math.round(Math.abs(new Date(due).getTime() - now) / 60_000)
  const late = new Date(due).getTime() < now
  const days = Math.floor(minutes / 1440), hours = Math.floor((minutes % 1440) / 60)
  const span = days ? t('{d}天{h}时', { d: days, h: hours }) : hours ? t('{h}时{m}分', { h: hours, m: minutes % 60 }) : t('{n}分', { n: minutes })
  return late ? t('超期 {time}', { time: span }) : t('剩余 {time}', { time: span })
}

export const ended = ['archived', 'self_closed', 'force_closed', 'void', 'merged', 'rejected']

/** How a case stands for a reader who has one second: icon, words, tone. */
export function lamp(c: Pick<Case, 'state' | 'overdue' | 'warned' | 'paused' | 'due_at'>, now = Date.now()): { tone: Tone; words: string; icon?: IconName } {
  if (ended.includes(c.state)) return { tone: 'done', words: caseStateName(c.state), icon: c.state === 'archived' || c.state === 'self_closed' ? 'done' : undefined }
  if (c.paused || c.state === 'suspended') return { tone: 'pause', words: t('暂停') }
  if (!c.due_at) return { tone: 'ok', words: caseStateName(c.state), icon: 'circle' }
  const words = leftWords(c.due_at, now)
  if (c.overdue) return { tone: 'over', words }
  if (c.warned) return { tone: 'warn', words }
  return { tone: 'ok', words }
}

/** 期限 11月26日 09:31 */
export const dueWords = (due?: string): string => (due ? t('期限 {due}', { due: moment(due) }) : '')

/** Where the part of an assisting unit stands. */
export const partStateName = (state: string): string =>
  ({ open: t('待签收'), signed: t('办理中'), done: t('已办完'), waived: t('已免办'), cancelled: t('已撤销') } as Record<string, string>)[state] ?? state
