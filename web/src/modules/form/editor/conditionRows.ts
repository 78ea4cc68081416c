import { t } from '@/kit/i18n'
import { notApplicable, type Condition, type Form, type Operator, type Question } from '../model'
import { usualScale } from '../known'
import { choicesOf } from '../wording'

/** A condition as it is picked: rows joined by "all" or "any". */
export interface Row { question: string; op: Operator; value?: unknown; not?: boolean }
export interface Rows { join: 'all' | 'any'; rows: Row[] }

/** The rows of a condition, or null when it is built deeper than rows can show. */
export function toRows(condition: Condition | undefined): Rows | null {
  if (!condition) return { join: 'all', rows: [] }
  const single = rowOf(condition)
  if (single) return { join: 'all', rows: [single] }
  const parts = condition.all ?? condition.any
  const rows = parts?.map(rowOf)
  return rows?.every((row) => row !== null) ? { join: condition.any ? 'any' : 'all', rows: rows as Row[] } : null
}

function rowOf(condition: Condition): Row | null {
  if (condition.not) {
    const inner = rowOf(condition.not)
    return inner && !inner.not ? { ...inner, not: true } : null
  }
  if (!condition.question || condition.all || condition.any) return null
  return { question: condition.question, op: condition.op ?? 'answered', ...(condition.value === undefined ? {} : { value: condition.value }) }
}

export function fromRows({ join, rows }: Rows): Condition | undefined {
  const parts = rows.filter((row) => row.question).map(({ not, ...row }): Condition => (not ? { not: row } : row))
  return parts.length > 1 ? { [join]: parts } : parts[0]
}

/** The comparisons that make sense for a question. */
export function operatorsFor(question: Question | undefined): Operator[] {
  switch (question?.type) {
    case 'scale5': return ['eq', 'ne', 'ge', 'le', 'answered']
    case 'nps': case 'number': return ['eq', 'ne', 'ge', 'le', 'gt', 'lt', 'answered']
    case 'single': return ['eq', 'ne', 'answered']
    case 'multi': case 'multi_category': case 'ranking': return ['has', 'answered']
    default: return ['answered']
  }
}

export function operatorName(op: Operator, question?: Question): string {
  if (question?.type === 'scale5' && op === 'ge') return t('这一档或更差')
  if (question?.type === 'scale5' && op === 'le') return t('这一档或更好')
  switch (op) {
    case 'eq': return t('是')
    case 'ne': return t('不是')
    case 'ge': return t('不小于')
    case 'le': return t('不大于')
    case 'gt': return t('大于')
    case 'lt': return t('小于')
    case 'has': return t('选了')
    default: return t('答了')
  }
}

/** What can be compared with; empty where a number is typed. */
export const valuesFor = (question: Question | undefined): { value: string | number; label: string }[] =>
  question && !['number', 'nps'].includes(question.type) ? choicesOf({ ...question, shuffle: false }, { scale: usualScale() }) : []

/** A condition in words, however deep. */
export function conditionWords(condition: Condition | undefined, form: Form): string {
  if (!condition) return t('总是显示')
  if (condition.all?.length) return condition.all.map((one) => conditionWords(one, form)).join(t('，并且'))
  if (condition.any?.length) return condition.any.map((one) => conditionWords(one, form)).join(t('，或者'))
  if (condition.not) return t('不满足（{words}）', { words: conditionWords(condition.not, form) })
  const question = form.questions.find((q) => q.code === condition.question)
  const label = valuesFor(question).find((one) => String(one.value) === String(condition.value))?.label ?? (condition.value === notApplicable ? t('不了解') : String(condition.value ?? ''))
  const op = condition.op ?? 'answered'
  return op === 'answered' ? t('答了 {question}', { question: condition.question ?? '' }) : `${condition.question} ${operatorName(op, question)} ${label}`
}
