import type { Condition, Form, Question, QuestionType, Section } from '../model'

/** Changes of a questionnaire as the editor makes them. Each returns a new form; the old one stays, so a step can be undone. */

const put = <T>(list: readonly T[], at: number, ...items: T[]): T[] => [...list.slice(0, at), ...items, ...list.slice(at)]
const without = <T>(list: readonly T[], at: number): T[] => list.filter((_, i) => i !== at)
const change = <T>(list: readonly T[], at: number, item: T): T[] => list.map((one, i) => (i === at ? item : one))

const choiceTypes: QuestionType[] = ['single', 'multi', 'ranking']
export const hasOptions = (type: QuestionType): boolean => choiceTypes.includes(type)

/** Only what a type can carry stays with a question when its type changes. */
export function retyped(question: Question, type: QuestionType): Question {
  const next: Question = { ...question, type }
  if (hasOptions(type)) next.options = question.options?.length ? question.options : ['', '']
  else for (const key of ['options', 'shuffle', 'exclusive', 'expect'] as const) delete next[key]
  if (type !== 'multi') delete next.exclusive
  if (!['multi', 'ranking', 'multi_category', 'photo'].includes(type)) { delete next.min; delete next.max }
  if (type !== 'number') { delete next.low; delete next.high; delete next.whole }
  if (type === 'text') next.max_len ??= 300
  else delete next.max_len
  if (type === 'demographics') next.fields ??= []
  else delete next.fields
  if (type !== 'scale5') { delete next.indicator; delete next.na }
  if (next.en?.options && !next.options) next.en = { ...next.en, options: undefined }
  return next
}

/** The next free code with a prefix: Q1, Q2 … */
export function freeCode(form: Form, prefix: string, taken: (form: Form) => string[] = (f) => f.questions.map((q) => q.code)): string {
  const used = new Set(taken(form))
  for (let n = 1; ; n++) if (!used.has(`${prefix}${n}`)) return `${prefix}${n}`
}

/** Puts a new question behind another, in the same section; without one at the end of the section. */
export function addQuestion(form: Form, type: QuestionType, after: number, section?: string): { form: Form; at: number } {
  const code = freeCode(form, 'Q')
  const home = form.questions[after]?.section ?? section
  const last = form.questions.map((q) => q.section).lastIndexOf(section)
  const at = after >= 0 ? after + 1 : last >= 0 ? last + 1 : form.questions.length
  const question = retyped({ code, text: '', type, ...(home ? { section: home } : {}) }, type)
  return { form: { ...form, questions: put(form.questions, at, question) }, at }
}

export const replaceQuestion = (form: Form, at: number, question: Question): Form => ({ ...form, questions: change(form.questions, at, question) })

export const removeQuestion = (form: Form, at: number): Form => ({ ...form, questions: without(form.questions, at) })

/** Moves a question to where another stands, into that one's section. */
export function moveQuestion(form: Form, from: number, to: number): Form {
  const moved = form.questions[from]
  const target = form.questions[to]
  if (!moved || !target || from === to) return form
  const question = target.section ? { ...moved, section: target.section } : moved
  return { ...form, questions: put(without(form.questions, from), to, question) }
}

/** Puts a question at the end of a section, which may be empty. */
export function moveToSection(form: Form, from: number, section: string): Form {
  const moved = form.questions[from]
  if (!moved || moved.section === section) return form
  return inOrder({ ...form, questions: [...without(form.questions, from), { ...moved, section }] })
}

/** The questions of a section stand together, in the order of the sections. */
export function inOrder(form: Form): Form {
  const rank = new Map(form.sections?.map((section, i) => [section.code, i]))
  const place = (q: Question) => rank.get(q.section ?? '') ?? rank.size
  return { ...form, questions: [...form.questions].sort((a, b) => place(a) - place(b)) }
}

/** A question under a new code; conditions that look at it follow. */
export function renameQuestion(form: Form, at: number, code: string): Form {
  const old = form.questions[at]?.code
  if (!old || old === code) return form
  const follow = (condition?: Condition): Condition | undefined => condition && {
    ...condition,
    ...(condition.question === old ? { question: code } : {}),
    ...(condition.all ? { all: condition.all.map((one) => follow(one)!) } : {}),
    ...(condition.any ? { any: condition.any.map((one) => follow(one)!) } : {}),
    ...(condition.not ? { not: follow(condition.not) } : {}),
  }
  const followed = <T extends { show?: Condition }>(one: T): T => (one.show ? { ...one, show: follow(one.show) } : one)
  const questions = form.questions.map((q, i) => followed(i === at ? { ...q, code } : q))
  return { ...form, questions, ...(form.sections ? { sections: form.sections.map(followed) } : {}) }
}

/** A new section at the end. The first one takes in every question that has none. */
export function addSection(form: Form, title: string): Form {
  const code = freeCode(form, 'S', (f) => (f.sections ?? []).map((s) => s.code))
  const sections = [...(form.sections ?? []), { code, title }]
  return { ...form, sections, questions: form.sections?.length ? form.questions : form.questions.map((q) => ({ ...q, section: code })) }
}

export const replaceSection = (form: Form, at: number, section: Section): Form => {
  const old = form.sections?.[at]?.code
  const questions = old === section.code ? form.questions : form.questions.map((q) => (q.section === old ? { ...q, section: section.code } : q))
  return { ...form, questions, sections: change(form.sections ?? [], at, section) }
}

export function moveSection(form: Form, from: number, to: number): Form {
  const sections = form.sections ?? []
  if (!sections[from] || !sections[to]) return form
  return inOrder({ ...form, sections: put(without(sections, from), to, sections[from]) })
}

/** Takes a section away; its questions go to the one before, or after the first. */
export function removeSection(form: Form, at: number): Form {
  const sections = form.sections ?? []
  const heir = sections[at - 1] ?? sections[at + 1]
  const questions = form.questions.map((q) => {
    if (q.section !== sections[at]?.code) return q
    const { section: _gone, ...rest } = q
    return heir ? { ...rest, section: heir.code } : rest
  })
  return inOrder({ ...form, questions, sections: without(sections, at) })
}
