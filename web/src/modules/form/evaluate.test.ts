import { expect, it } from 'vitest'
import file from '../../../../internal/form/testdata/vectors.json'
import { asks, holds } from './condition'
import { evaluate, type AnswerProblem } from './evaluate'
import type { Answers, Category, Condition, Form, Step } from './model'
import { shuffled } from './shuffle'

const form: Form = {
  name: 'x', target: '', intro: '',
  sections: [{ code: 's1', title: '' }, { code: 's2', title: '', show: { question: 'q1', op: 'le', value: 2 } }],
  questions: [
    { code: 'q1', section: 's1', text: '', type: 'scale5', na: true },
    { code: 'q2', section: 's1', text: '', type: 'multi', options: ['a', 'b', 'none'], exclusive: [3], show: { not: { question: 'q1', op: 'eq', value: 'N' } } },
    { code: 'q3', section: 's2', text: '', type: 'number', low: 0, high: 9, whole: true },
  ],
}
const scale = ['1', '2', '3', '4', '5'].map((mark) => ({ mark, label: mark }))

it('answers of what is hidden are dropped, and so is what depends on them', () => {
  const verdict = evaluate(form, { q1: 'N', q2: [1], q3: 3 }, { scale })
  expect(verdict.answers).toEqual({ q1: 'N' })
  expect(verdict.problems).toEqual([])
})

it('an option that excludes others stands alone', () => {
  expect(evaluate(form, { q1: '5', q2: [1, 3] }, { scale }).problems).toEqual([{ question: 'q2', reason: 'exclusive' }])
})

it('a draft may have gaps, a finished sheet may not', () => {
  expect(evaluate(form, { q1: '1' }, { scale }, true).problems).toEqual([])
  expect(evaluate(form, { q1: '1' }, { scale }).problems.map((p) => p.question)).toEqual(['q2', 'q3'])
})

it('a random order is the same after coming back, keeps its last items and loses none', () => {
  const items = [1, 2, 3, 4, 5, 6, 7]
  const once = shuffled(items, 'seed', (n) => n === 7)
  expect(shuffled(items, 'seed', (n) => n === 7)).toEqual(once)
  expect(once.at(-1)).toBe(7)
  expect([...once].sort()).toEqual(items)
  expect(new Set(['a', 'b', 'c', 'd', 'e'].map((seed) => shuffled(items, seed).join())).size).toBeGreaterThan(2)
})

it('a condition names every question it looks at', () => {
  expect(asks({ any: [{ question: 'a' }, { not: { all: [{ question: 'b' }] } }] })).toEqual(['a', 'b'])
})

/** What the server is held to as well: internal/form/check_test.go reads the same file. */
const vectors = file as unknown as {
  form: Form
  cases: { name: string; options: { scale?: string[]; channel?: string; categories?: string[]; draft?: boolean }; answers: Answers; clean: Answers; problems?: AnswerProblem[] }[]
  conditions: { condition: Condition; answers: Answers; holds: boolean }[]
}

it('phone and server judge the shared vectors alike', () => {
  for (const { name, options, answers, clean, problems = [] } of vectors.cases) {
    const scale: Step[] = (options.scale ?? []).map((mark) => ({ mark, label: mark }))
    const categories: Category[] | undefined = options.categories?.map((code) => ({ code, name: code }))
    const verdict = evaluate(vectors.form, answers, { scale, categories, channel: options.channel }, options.draft)
    expect(verdict.problems, name).toEqual(problems ?? [])
    if (!problems?.length) expect(verdict.answers, name).toEqual(clean)
  }
})

it('phone and server read the shared conditions alike', () => {
  for (const { condition, answers, holds: wanted } of vectors.conditions) expect(holds(condition, answers), JSON.stringify(condition)).toBe(wanted)
})
