import { moment } from '@/kit/format'
import { t } from '@/kit/i18n'
import type { Case, Detail, Phase } from './model'

/** A step of the workflow as the phone offers it. */
export interface StepKind {
  action: string
  /** On the button. */
  label: string
  /** Over the sheet that asks for the rest. */
  title: string
  tone: 'good' | 'back' | 'plain'
  /** What a photograph of this step shows; absent: no photograph. */
  phase?: Phase
  /** The step wants a photograph unless the officer says why there is none. */
  wants?: boolean
  /** Which field the words go to. */
  words: 'note' | 'outcome'
  phrases: string[]
  hint?: string
  /** Says where the officer stands. */
  stands?: boolean
  /** Asks how it ended. */
  ends?: boolean
  /** The words may not be those prepared: each case has its own reason. */
  own?: boolean
}

/** The steps in the order of their weight; a case shows those its state and the person's rights allow. */
export const stepKinds = (): StepKind[] => [
  { action: 'verify', label: t('修好了，核查通过'), title: t('核查通过'), tone: 'good', phase: 'check', wants: true, words: 'note', stands: true, phrases: [t('现场看过，已处置好。')], hint: t('通过后由指挥中心结案，并请反映人确认。') },
  { action: 'rework', label: t('没修好，退回重办'), title: t('退回重办'), tone: 'back', phase: 'check', words: 'note', own: true, phrases: [t('现场没有处置。'), t('只处置了一部分。'), t('处置后又坏了。'), t('现场没有清理干净。')], hint: t('退回后由原单位重办，原来的用时照样计入。') },
  { action: 'confirm', label: t('属实'), title: t('核实属实'), tone: 'good', phase: 'before', words: 'note', phrases: [t('现场看过，情况属实。')], hint: t('属实后由指挥中心立案派遣。') },
  { action: 'refute', label: t('不属实'), title: t('核实不属实'), tone: 'back', phase: 'before', words: 'note', own: true, phrases: [t('现场没有发现这个问题。'), t('地点不对，附近也没有找到。'), t('问题已经没有了。')], hint: t('说清看到了什么，由指挥中心决定是否受理。') },
  { action: 'sign', label: t('签收'), title: t('签收'), tone: 'good', words: 'note', phrases: [] },
  { action: 'handle', label: t('处置好了'), title: t('处置完成'), tone: 'good', phase: 'after', wants: true, words: 'outcome', ends: true, phrases: [], hint: t('写做了什么。由另一个单位核查，自己不能核查自己办的事。') },
  { action: 'start', label: t('开始处置'), title: t('开始处置'), tone: 'plain', words: 'note', phrases: [] },
  { action: 'self_handle', label: t('我当场处置好了'), title: t('自行处置'), tone: 'plain', phase: 'after', wants: true, words: 'outcome', phrases: [t('已当场清理。'), t('已当场劝导，问题消除。'), t('已当场修复。')], hint: t('需要处置前后照片。当场结案的事会随机抽查。') },
  { action: 'comment', label: t('留言'), title: t('留言'), tone: 'plain', phase: 'other', words: 'note', own: true, phrases: [], hint: t('指挥中心和承办单位看得到，反映人看不到。') },
]

/** What a case can be moved by from this phone. */
export const stepsOf = (c: Detail): StepKind[] => stepKinds().filter((kind) => c.actions.includes(kind.action))

export interface Verb { word: string; tone: 'info' | 'warn' | '' }

/** What is to be done with a case in its state, in two characters. */
export function verbOf(c: Pick<Case, 'state'>): Verb {
  switch (c.state) {
    case 'inspecting': return { word: t('核实'), tone: 'info' }
    case 'checking': return { word: t('核查'), tone: 'info' }
    case 'dispatched': return { word: t('签收'), tone: 'info' }
    case 'signed': case 'handling': return { word: t('处置'), tone: 'info' }
    case 'rework': return { word: t('返工'), tone: 'warn' }
    default: return { word: t('查看'), tone: '' }
  }
}

/** Until when, in words that need no calculation: a case whose clock stands still has no due time. */
export function dueWords(c: Pick<Case, 'due_at' | 'overdue' | 'paused'>): string {
  if (c.paused) return t('暂停计时')
  if (!c.due_at) return t('没有时限')
  return c.overdue ? t('已超时，应在{at}前', { at: moment(c.due_at) }) : t('{at}前', { at: moment(c.due_at) })
}

export const dueTone = (c: Pick<Case, 'overdue' | 'warned' | 'paused'>): '' | 'warn' | 'over' => (c.paused ? '' : c.overdue ? 'over' : c.warned ? 'warn' : '')

/** 260米, 1.4公里 */
export const distanceWords = (metres: number | undefined): string => (metres === undefined ? '' : metres < 1000 ? t('{n}米', { n: Math.round(metres / 10) * 10 }) : t('{n}公里', { n: (metres / 1000).toFixed(1) }))

/** Where a case is, in words its title does not already hold. */
export const placeOf = (c: Pick<Case, 'title' | 'address' | 'area_name'>): string => (c.address && !c.title.includes(c.address) ? c.address : c.area_name)
