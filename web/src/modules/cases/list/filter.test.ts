import { expect, it } from 'vitest'
import { parsed, queryOf, same, sortsByChange, tidy } from './filter'

it('two filters that say the same are the same whatever order and empties they carry', () => {
  expect(same({ open: true, states: ['filed'], q: '' }, { states: ['filed'], open: true, urgent: false })).toBe(true)
  expect(same({ open: true }, { open: true, urgent: true })).toBe(false)
  expect(tidy({ channels: [], sort: 'due' })).toEqual({ sort: 'due' })
})
it('lists go out under the names of the query and order and ids do not', () => {
  expect(queryOf({ states: ['filed'], channels: [], sort: 'due', ids: ['x'], q: '路灯' })).toEqual({ state: ['filed'], channel: undefined, q: '路灯' })
})
it('an address somebody broke is no filter', () => {
  expect(parsed('{"open":')).toBeNull()
  expect(parsed('[1]')).toBeNull()
  expect(parsed(undefined)).toBeNull()
  expect(parsed('{"open":true}')).toEqual({ open: true })
})
it('the last change sorts what is worked on, not the archive', () => {
  expect([{ open: true }, { watched: true }, { states: ['checking'] }, { lamp: 'today' }].map((f) => sortsByChange(f as never))).toEqual([true, true, true, true])
  expect([{}, { states: ['archived'] }, { q: '路灯' }, { urgent: true }].map((f) => sortsByChange(f as never))).toEqual([false, false, false, false])
})
