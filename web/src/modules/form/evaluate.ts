import { holds, isAnswered } from './condition'
import { notApplicable, type Answer, type Answers, type Form, type Question, type Setting } from './model'

/** Why an answer cannot stand; the words for it are in problemWords.ts. */
export type Reason = 'required' | 'unknown' | 'option' | 'few' | 'many' | 'twice' | 'exclusive' | 'number' | 'whole' | 'low' | 'high' | 'long' | 'phone' | 'field' | 'kind'

export interface AnswerProblem { question: string; reason: Reason; limit?: number }

export interface Verdict {
  /** What is stored: answers of shown questions only. */
  answers: Answers
  /** Questions shown, in form order. */
  shown: Question[]
  problems: AnswerProblem[]
}

/** Judges answers as the server does (form.Check): what is hidden is dropped, what remains must fit its question. A draft may have gaps. */
export function evaluate(form: Form, answers: Answers, setting: Setting, draft = false): Verdict {
  const kept: Answers = {}
  const shown: Question[] = []
  const problems: AnswerProblem[] = []
  for (const question of form.questions) {
    if (!isShown(form, question, kept, setting.channel)) continue
    shown.push(question)
    const answer = tidy(answers[question.code])
    if (answer === undefined) {
      if (!draft && isRequired(question)) problems.push({ question: question.code, reason: 'required' })
      continue
    }
    kept[question.code] = answer
    const problem = judge(question, answer, setting)
    if (problem) problems.push({ question: question.code, ...problem })
  }
  const strange = Object.keys(answers).filter((code) => !form.questions.some((q) => q.code === code)).sort()
  return { answers: kept, shown, problems: [...problems, ...strange.map((question): AnswerProblem => ({ question, reason: 'unknown' }))] }
}

/** Conditions look backwards only, so one pass in form order settles what is shown. */
function isShown(form: Form, question: Question, before: Answers, channel?: string): boolean {
  if (question.channels?.length && channel && !question.channels.includes(channel)) return false
  const section = form.sections?.find((one) => one.code === question.section)
  return holds(section?.show, before) && holds(question.show, before)
}

export const isRequired = (question: Question): boolean =>
  !question.optional && !['note', 'demographics', 'photo', 'phone'].includes(question.type) && !(question.type === 'text' && question.na)

function tidy(answer: Answer | undefined): Answer | undefined {
  if (!isAnswered(answer)) return undefined
  if (typeof answer === 'string') return answer.trim()
  if (Array.isArray(answer) || typeof answer === 'number') return answer
  return Object.fromEntries(Object.entries(answer!).map(([field, value]) => [field, value.trim()]).filter(([, value]) => value))
}

const longestField = 60
const mostPhotos = 3

type Fault = Omit<AnswerProblem, 'question'> | undefined

function judge(question: Question, answer: Answer, setting: Setting): Fault {
  switch (question.type) {
    case 'scale5': return judgeMark(question, answer, setting)
    case 'single': return isChoice(question, answer) ? undefined : { reason: 'option' }
    case 'multi': return judgeChoices(question, answer, question.options?.length ?? 0)
    case 'ranking': return judgeChoices(question, answer, question.options?.length ?? 0)
    case 'multi_category': return judgeCategories(question, answer, setting)
    case 'nps': return judgeNumber({ ...question, low: 0, high: 10, whole: true }, answer)
    case 'number': return judgeNumber(question, answer)
    case 'text': return typeof answer !== 'string' ? { reason: 'kind' } : question.max_len && [...answer].length > question.max_len ? { reason: 'long', limit: question.max_len } : undefined
    case 'phone': return typeof answer === 'string' && isPhone(answer) ? undefined : { reason: 'phone' }
    case 'photo': return judgePhotos(question, answer)
    case 'demographics': return judgeFields(question, answer)
    default: return { reason: 'kind' }
  }
}

function judgeMark(question: Question, answer: Answer, { scale }: Setting): Fault {
  if (answer === notApplicable) return question.na ? undefined : { reason: 'option' }
  return scale.some((step) => step.mark === answer) ? undefined : { reason: 'option' }
}

const isChoice = (question: Question, value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= (question.options?.length ?? 0)

function judgeChoices(question: Question, answer: Answer, most: number): Fault {
  if (!Array.isArray(answer) || !answer.every((one) => isChoice(question, one))) return { reason: 'option' }
  if (new Set<unknown>(answer).size !== answer.length) return { reason: 'twice' }
  const alone = answer.some((one) => question.exclusive?.includes(one as number))
  if (alone) return answer.length > 1 ? { reason: 'exclusive' } : undefined
  return judgeCount(question, answer.length, most)
}

function judgeCount(question: Question, count: number, most: number): Fault {
  if (question.min && count < question.min) return { reason: 'few', limit: question.min }
  const limit = question.max || most
  return limit && count > limit ? { reason: 'many', limit } : undefined
}

function judgeCategories(question: Question, answer: Answer, { categories }: Setting): Fault {
  if (!Array.isArray(answer)) return { reason: 'kind' }
  if (categories?.length && answer.some((code) => !categories.some((one) => one.code === code))) return { reason: 'option' }
  if (new Set<unknown>(answer).size !== answer.length) return { reason: 'twice' }
  return judgeCount(question, answer.length, 0)
}

function judgeNumber(question: Question, answer: Answer): Fault {
  if (typeof answer !== 'number' || !Number.isFinite(answer)) return { reason: 'number' }
  if (question.whole && !Number.isInteger(answer)) return { reason: 'whole' }
  if (question.low !== undefined && answer < question.low) return { reason: 'low', limit: question.low }
  return question.high !== undefined && answer > question.high ? { reason: 'high', limit: question.high } : undefined
}

/** A number people can be called at: digits, with a leading + and separators tolerated. */
export const isPhone = (text: string): boolean => /^\+?\d{7,15}$/.test(text.replace(/[\s-]/g, ''))

function judgePhotos(question: Question, answer: Answer): Fault {
  if (!Array.isArray(answer) || !answer.every((one) => typeof one === 'string')) return { reason: 'kind' }
  return judgeCount(question, answer.length, mostPhotos)
}

function judgeFields(question: Question, answer: Answer): Fault {
  if (typeof answer !== 'object' || Array.isArray(answer)) return { reason: 'kind' }
  if (!Object.keys(answer).every((field) => question.fields?.includes(field))) return { reason: 'field' }
  return Object.values(answer).some((value) => [...value].length > longestField) ? { reason: 'long', limit: longestField } : undefined
}
