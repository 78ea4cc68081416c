import { describe, expect, it } from 'vitest'
import { bodyOf, formOf, missing } from './actionForm'
import { dutyOf } from './duty'
import { standing } from './words'

const item = { lead: { id: 'u1', name: '区住建局' }, reply: '', state: 'issued' as const }

describe('the form of an action', () => {
  it('a return needs its ground and its reason', () => {
    const form = formOf('return', item)
    expect(missing(form)).toBe(true)
    Object.assign(form, { ground: 'not_our_duty', note: '依据权责清单第三条' })
    expect(missing(form)).toBe(false)
  })
  it('a promised day ends with the working day in the district', () => {
    const form = formOf('answer', item)
    Object.assign(form, { measure: '更换灯头', promised_at: '2026-12-01' })
    expect(bodyOf(form)).toMatchObject({ promised_at: '2026-12-01T18:00:00+08:00', measure: '更换灯头' })
  })
  it('issuing again after a return needs a reason', () => {
    expect(missing(formOf('issue', { ...item, state: 'returned' }))).toBe(true)
    expect(missing(formOf('issue', { ...item, state: 'confirmed' }))).toBe(false)
  })
})

describe('how an item stands', () => {
  const now = new Date('2026-11-21T10:00:00+08:00').getTime()
  const at = (state: string, due: string, overdue = false) => standing({ state: state as 'doing', overdue, due_at: due, supervised: false }, now).tone
  it('overdue wins over everything, two days before due warns', () => {
    expect(at('doing', '2026-11-20T10:00:00+08:00', true)).toBe('over')
    expect(at('doing', '2026-11-22T10:00:00+08:00')).toBe('warn')
    expect(at('doing', '2026-12-22T10:00:00+08:00')).toBe('ok')
    expect(at('published', '2026-11-01T10:00:00+08:00')).toBe('done')
  })
})

describe('whose turn it is', () => {
  it('a unit answers its own items only', () => {
    const can = (p: string) => p === 'rectify.answer'
    expect(dutyOf({ state: 'issued', lead: item.lead }, can, 'u1')).toBe('answer')
    expect(dutyOf({ state: 'issued', lead: item.lead }, can, 'u2')).toBeUndefined()
  })
})
