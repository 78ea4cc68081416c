import type { Answer, Answers, Condition } from './model'

/** Whether something with this condition is shown, given the answers of what is itself shown. No condition: yes. */
export function holds(condition: Condition | undefined, answers: Answers): boolean {
  if (!condition) return true
  if (condition.all?.length) return condition.all.every((part) => holds(part, answers))
  if (condition.any?.length) return condition.any.some((part) => holds(part, answers))
  if (condition.not) return !holds(condition.not, answers)
  return condition.question ? compare(condition, answers[condition.question]) : true
}

/** An unanswered question satisfies no comparison, not even "is not". */
function compare({ op = 'answered', value }: Condition, answer: Answer | undefined): boolean {
  const given = isAnswered(answer)
  if (op === 'answered') return given === (value !== false)
  if (!given) return false
  if (op === 'has') return Array.isArray(answer) ? answer.some((one) => same(one, value)) : same(answer, value)
  if (op === 'eq') return same(answer, value)
  if (op === 'ne') return !same(answer, value)
  const [left, right] = [placeOf(answer), numberOf(value)]
  if (left === undefined || right === undefined) return false
  return op === 'lt' ? left < right : op === 'le' ? left <= right : op === 'gt' ? left > right : left >= right
}

function same(left: unknown, right: unknown): boolean {
  if (Array.isArray(left) || (typeof left === 'object' && left !== null)) return JSON.stringify(left) === JSON.stringify(right)
  return String(left) === String(right)
}

/** Marks of the three-face scale as places between the five steps: a stands for 1 and 2, b for 3, c for 4 and 5. */
const faces: Record<string, number> = { a: 1.5, b: 3, c: 4.5 }

const placeOf = (answer: unknown): number | undefined => (typeof answer === 'string' ? faces[answer.trim()] : undefined) ?? numberOf(answer)

/** Numbers and numerals; a mark that is a letter is not a number. */
function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'number' ? value : typeof value === 'string' && value.trim() ? Number(value) : NaN
  return Number.isNaN(number) ? undefined : number
}

/** An empty text, list or set of fields is no answer. */
export function isAnswered(answer: Answer | undefined): boolean {
  if (answer === undefined || answer === null) return false
  if (typeof answer === 'string') return answer.trim() !== ''
  if (Array.isArray(answer)) return answer.length > 0
  if (typeof answer === 'object') return Object.values(answer).some((value) => value.trim() !== '')
  return true
}

/** The questions a condition looks at. */
export function asks(condition: Condition | undefined): string[] {
  if (!condition) return []
  const parts = [...(condition.all ?? []), ...(condition.any ?? []), ...(condition.not ? [condition.not] : [])]
  return [...(condition.question ? [condition.question] : []), ...parts.flatMap(asks)]
}
