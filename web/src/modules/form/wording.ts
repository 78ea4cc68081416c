import { language, t } from '@/kit/i18n'
import type { AnswerProblem } from './evaluate'
import { knownStep } from './known'
import { notApplicable, type Form, type Question, type Section, type Setting, type Step } from './model'
import { shuffled } from './shuffle'

/** A questionnaire's words in the language of the page; what nobody translated stays Chinese. */
const en = () => language.value === 'en'
export const questionText = (q: Question): string => (en() && q.en?.text) || q.text
export const questionHint = (q: Question): string => (en() && q.en?.hint) || q.hint || ''
export const sectionTitle = (s: Section): string => (en() && s.en?.title) || s.title
export const sectionIntro = (s: Section): string => (en() && s.en?.intro) || s.intro || ''
export const formName = (f: Form): string => (en() && f.en?.name) || f.name
export const formIntro = (f: Form): string => (en() && f.en?.intro) || f.intro
export const isTranslated = (f: Form): boolean => f.questions.some((q) => q.en?.text)

export const stepLabel = (step: Step): string => knownStep(step.label) ?? step.label

export interface Choice { value: string | number; label: string; quiet?: boolean }

/** The choices of a question in the order this respondent sees them; options that exclude others stay at the end. */
export function choicesOf(question: Question, setting: Setting): Choice[] {
  if (question.type === 'scale5') {
    const steps: Choice[] = setting.scale.filter((step) => !step.face).map((step) => ({ value: step.mark, label: stepLabel(step) }))
    return question.na ? [...steps, { value: notApplicable, label: t('没接触过，不了解'), quiet: true }] : steps
  }
  if (question.type === 'multi_category') return (setting.categories ?? []).map((c) => ({ value: c.code, label: c.name }))
  if (question.type === 'nps') return Array.from({ length: 11 }, (_, i) => ({ value: i, label: String(i) }))
  const translated = en() ? question.en?.options : undefined
  const all = (question.options ?? []).map((label, i) => ({ value: i + 1, label: translated?.[i] || label, quiet: question.exclusive?.includes(i + 1) }))
  return question.shuffle ? shuffled(all, setting.seed && setting.seed + question.code, (choice) => !!choice.quiet) : all
}

/** Phrases of a question, so that lines break between them and not inside a word. */
export const phrases = (text: string): string[] => text.split(/(?<=[，。？！；：、）”])(?![，。？！；：、）”])|(?<![（“])(?=[（“])/u).filter(Boolean)

/** What is wrong with an answer and what to do. */
export function problemWords({ reason, limit = 0 }: AnswerProblem): string {
  switch (reason) {
    case 'required': return t('这一题还没有答，请选一个最接近的。')
    case 'few': return t('至少选 {n} 项。', { n: limit })
    case 'many': return t('最多选 {n} 项。', { n: limit })
    case 'exclusive': return t('这一项不能和别的选项一起选。')
    case 'number': return t('请填一个数。')
    case 'whole': return t('请填整数。')
    case 'low': return t('不能小于 {n}。', { n: limit })
    case 'high': return t('不能大于 {n}。', { n: limit })
    case 'long': return t('最多写 {n} 个字。', { n: limit })
    case 'phone': return t('这不像一个电话号码，请再看一下，或者不填。')
    default: return t('这个答案不合这道题，请重新选。')
  }
}

/** What the reading voice says: the question, then its choices. */
export function spoken(question: Question, setting: Setting): string {
  const listed = ['number', 'text', 'phone', 'photo', 'demographics', 'note'].includes(question.type) ? [] : choicesOf(question, setting)
  return [questionText(question), questionHint(question), ...listed.map((c) => c.label)].filter(Boolean).join('。')
}
