import { t } from '@/kit/i18n'
import type { Tone } from '@/ui/status'
import type { Reading } from './api'

interface Choice { value: string; label: string }
const named = (list: Choice[], value: string | undefined) => list.find((c) => c.value === value)?.label ?? value ?? ''

/** Why a clock stands still: the grounds of a suspension, and the states that pause. */
export const pauseReasons = (): Choice[] => [
  { value: 'funds', label: t('需要资金立项') }, { value: 'planning', label: t('需要上级规划') }, { value: 'weather', label: t('恶劣天气') }, { value: 'court', label: t('司法程序') },
  { value: 'owner_lost', label: t('产权人失联') }, { value: 'waiting', label: t('等反映人补充') }, { value: 'adjudicating', label: t('联合研判') }, { value: 'merged', label: t('并案期间') },
]
export const pauseReason = (code: string | undefined): string => named(pauseReasons(), code)
export const grounds = (): Choice[] => pauseReasons().slice(0, 5)

export const requestKinds = (): Choice[] => [{ value: 'extension', label: t('延期') }, { value: 'suspension', label: t('挂账') }, { value: 'waiting', label: t('等反映人补充') }]
export const requestKind = (kind: string | undefined): string => named(requestKinds(), kind)

export const requestStates = (): Choice[] => [
  { value: 'open', label: t('待审批') }, { value: 'approved', label: t('已同意') }, { value: 'refused', label: t('未同意') }, { value: 'ended', label: t('已结束') }, { value: 'withdrawn', label: t('已撤销') },
]
export const requestState = (state: string | undefined): string => named(requestStates(), state)
export const requestTone = (state: string): Tone => ({ open: 'info', approved: 'ok', refused: 'over', ended: 'done', withdrawn: 'pause' } as Record<string, Tone>)[state] ?? 'done'

/** Steps that have a limit of their own beside the stages of the workflow. */
export const limitSteps = (): Choice[] => [
  { value: 'accept', label: t('受理') }, { value: 'inspect', label: t('核实') }, { value: 'file', label: t('立案') }, { value: 'dispatch', label: t('派遣') }, { value: 'sign', label: t('签收') },
  { value: 'adjudicate', label: t('研判') }, { value: 'handle', label: t('处置') }, { value: 'check', label: t('核查') }, { value: 'close', label: t('结案') }, { value: 'revisit', label: t('回访') },
  { value: 'part', label: t('协办') }, { value: 'escalated', label: t('升级后督促') }, { value: 'waiting', label: t('等反映人补充') }, { value: 'review', label: t('挂账复核') }, { value: 'dormant', label: t('无进展提醒') },
]
export const limitStep = (step: string | undefined): string => named(limitSteps(), step)

/** How a clock stands: colour and two words. */
export function standing(k: Reading): { tone: Tone; words: string } {
  if (k.stopped_at) {
    return k.outcome === 'late' ? { tone: 'over', words: t('超时完成') } : k.outcome === 'void' ? { tone: 'pause', words: t('不计入') } : { tone: 'ok', words: t('按时完成') }
  }
  if (k.paused_at) return { tone: 'pause', words: t('暂停计时') }
  return ({ red: { tone: 'over', words: t('已超时') }, orange: { tone: 'warn', words: t('不足两成') }, yellow: { tone: 'warn', words: t('不足一半') } } as Record<string, { tone: Tone; words: string }>)[k.lamp]
    ?? { tone: 'info', words: t('计时中') }
}

/** The colour of the bar of a clock. */
export const barOf = (k: Reading): string => (k.stopped_at ? (k.outcome === 'late' ? 'over' : 'done') : k.paused_at ? 'pause' : ({ red: 'over', orange: 'warn', yellow: 'warn' } as Record<string, string>)[k.lamp] ?? 'main')
