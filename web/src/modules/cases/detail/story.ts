import type { CaseDetail, CaseStep } from '@/api/types'
import { moment } from '@/kit/format'
import { t } from '@/kit/i18n'
import { whoDid } from '@/kit/who'
import type { IconName } from '@/ui/icons'
import { actionIcon, actionName } from '../actions/actions'
import { groundName } from '../actions/grounds'
import { phaseName } from '../photos'
import { levelName, stageName } from '../words'

export type StoryFilter = 'all' | 'steps' | 'words' | 'told'
export interface StoryEntry { id: string; at: string; title: string; who: string; lines: string[]; icon: IconName; tone: '' | 'warn' | 'over' | 'good'; audience: string }

const tones: Record<string, StoryEntry['tone']> = { return: 'warn', rework: 'warn', reopen: 'warn', complain: 'warn', reject: 'warn', refute: 'warn', escalate: 'warn', lapse: 'over', supervision_due: 'over', force_close: 'over', void: 'over', verify: 'good', close: 'good', adjudicate: 'good', handle: 'good' }

const text = (step: CaseStep, name: string): string => (typeof step.detail?.[name] === 'string' ? (step.detail[name] as string) : '')
const words = (step: CaseStep, name: string): string[] => (Array.isArray(step.detail?.[name]) ? (step.detail[name] as unknown[]).filter((v) => typeof v === 'string') : [])

/** The title says the step and, where it matters, to or by whom. */
function titleOf(step: CaseStep): string {
  if (step.action === 'dispatch' && step.for_name) return t('派遣至{unit}', { unit: step.for_name })
  if (step.action === 'return' && step.for_name) return t('{unit}退单', { unit: step.for_name })
  if (step.action === 'adjudicate' && step.for_name) return t('研判决定：{unit}牵头', { unit: step.for_name })
  if (step.action === 'lapse') return text(step, 'to') ? t('{stage}超期，上报{level}', { stage: stageName(text(step, 'kind')), level: levelName(text(step, 'to')) }) : t('{stage}超期', { stage: stageName(text(step, 'kind')) })
  if (step.action === 'escalate') return t('上报{level}', { level: levelName(text(step, 'to') || step.level) })
  if (step.action === 'delegate') return t('下派{level}', { level: levelName(text(step, 'to') || step.level) })
  if (step.action.startsWith('part_') && step.for_name) return `${step.for_name}　${actionName(step.action)}`
  return actionName(step.action)
}

/** What the entry adds beyond its title. */
function linesOf(step: CaseStep): string[] {
  const lines: string[] = []
  const why = [step.ground ? groundName(step.ground) : '', step.note ?? ''].filter(Boolean).join('：')
  if (why && step.action !== 'lapse') lines.push(why)
  if (step.action === 'dispatch' && words(step, 'assist').length) lines.push(t('协办：{units}', { units: words(step, 'assist').join('、') }))
  if (step.action === 'adjudicate' && step.detail?.['precedent']) lines.push(t('形成判例第 {n} 号', { n: String(step.detail['precedent']) }))
  if (step.action === 'return' && step.to === 'adjudicating') lines.push(t('第二次退单自动转联合研判，处置计时暂停。'))
  if (text(step, 'answer_by')) lines.push(t('请于 {due} 前答复', { due: moment(text(step, 'answer_by')) }))
  if (step.detail?.['officer']) lines.push(t('网格员：{name}', { name: text(step, 'officer') }))
  if (typeof step.detail?.['distance'] === 'number') lines.push(t('离现场 {n} 米', { n: step.detail['distance'] }))
  if (step.detail?.['remote'] === true) lines.push(t('没有到现场核查'))
  if (step.detail?.['false_closure'] === true) lines.push(t('按虚假办结记录'))
  if ((step.action === 'merge_in' || step.action === 'unmerge_in') && text(step, 'case')) lines.push(text(step, 'case'))
  if (text(step, 'phase')) lines.push(phaseName(text(step, 'phase')))
  if (text(step, 'reason')) lines.push(t('理由：{words}', { words: text(step, 'reason') }))
  return lines
}

const isWord = (s: CaseStep) => s.action === 'comment' || s.action === 'urge'
const fits = (s: CaseStep, filter: StoryFilter) => filter === 'all' || (filter === 'words' ? isWord(s) : filter === 'told' ? s.visibility === 'reporter' || s.visibility === 'public' : s.from !== s.to)

/** The history as a story, newest first. */
export function storyOf(item: CaseDetail, nameOf: (id: string | undefined) => string, filter: StoryFilter = 'all'): StoryEntry[] {
  return item.history.filter((s) => fits(s, filter)).reverse().map((step) => ({
    id: step.id, at: step.at, title: titleOf(step), who: step.action === 'lapse' ? text(step, 'to_unit') : [nameOf(step.actor_unit), whoDid(step)].filter((w, i, all) => w && all.indexOf(w) === i).join('　'), lines: linesOf(step),
    icon: actionIcon(step.action), tone: tones[step.action] ?? '', audience: step.visibility,
  }))
}
