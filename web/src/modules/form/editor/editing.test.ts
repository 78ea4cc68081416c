import { expect, it } from 'vitest'
import type { Form } from '../model'
import { conditionWords, fromRows, toRows } from './conditionRows'
import { addQuestion, addSection, moveQuestion, moveSection, moveToSection, removeSection, renameQuestion, retyped } from './editing'

const form: Form = {
  name: '', target: '', intro: '',
  sections: [{ code: 'a', title: '甲' }, { code: 'b', title: '乙', show: { question: 'q1', op: 'eq', value: '1' } }],
  questions: [
    { code: 'q1', section: 'a', text: '一', type: 'scale5' },
    { code: 'q2', section: 'a', text: '二', type: 'text', show: { any: [{ question: 'q1', op: 'ge', value: '4' }, { not: { question: 'q1', op: 'answered' } }] } },
    { code: 'q3', section: 'b', text: '三', type: 'single', options: ['是', '否'] },
  ],
}
const order = (f: Form) => f.questions.map((q) => `${q.section}:${q.code}`).join(' ')

it('conditions follow a question to its new code, in questions and in sections', () => {
  const next = renameQuestion(form, 0, 'A1')
  expect(next.questions[1]!.show).toEqual({ any: [{ question: 'A1', op: 'ge', value: '4' }, { not: { question: 'A1', op: 'answered' } }] })
  expect(next.sections![1]!.show!.question).toBe('A1')
  expect(form.questions[0]!.code).toBe('q1')
})

it('a question dragged onto another takes that one\'s place and section', () => {
  expect(order(moveQuestion(form, 0, 2))).toBe('a:q2 b:q3 b:q1')
  expect(order(moveToSection(form, 0, 'b'))).toBe('a:q2 b:q3 b:q1')
})

it('sections carry their questions along and leave them to a neighbour', () => {
  expect(order(moveSection(form, 1, 0))).toBe('b:q3 a:q1 a:q2')
  expect(order(removeSection(form, 0))).toBe('b:q1 b:q2 b:q3')
  expect(order(addSection({ ...form, sections: undefined, questions: form.questions.map(({ section: _, ...q }) => q) }, '新'))).toBe('S1:q1 S1:q2 S1:q3')
})

it('a new question stands behind the chosen one under a code of its own', () => {
  const next = addQuestion(form, 'multi', 0)
  expect(order(next.form)).toBe('a:q1 a:Q1 a:q2 b:q3')
  expect(order(addQuestion(next.form, 'text', -1, 'a').form)).toBe('a:q1 a:Q1 a:q2 a:Q2 b:q3')
})

it('a new type keeps only what it can carry', () => {
  const choice = { ...form.questions[2]!, expect: '是', shuffle: true }
  expect(retyped(choice, 'text')).toEqual({ code: 'q3', section: 'b', text: '三', type: 'text', max_len: 300 })
  expect(retyped({ code: 'x', text: '', type: 'text', max_len: 9 }, 'single').options).toEqual(['', ''])
})

it('a condition is picked in rows and comes back as it was', () => {
  for (const show of [undefined, { question: 'q1', op: 'eq' as const, value: '1' }, form.questions[1]!.show]) expect(fromRows(toRows(show)!)).toEqual(show)
  expect(toRows({ all: [{ any: [{ question: 'q1' }, { question: 'q2' }] }] })).toBeNull()
  expect(conditionWords(form.questions[1]!.show, form)).toContain('q1')
})
