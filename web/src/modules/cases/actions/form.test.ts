import { describe, expect, it } from 'vitest'
import type { CaseDetail } from '@/api/types'
import { othersOf, primaryOf } from './actions'
import { corrected, fieldsOf, missing, moveOf, rebase, startForm } from './form'

const item = {
  state: 'checking', category: '140101', title: '路灯不亮', address: '四平路18号', urgent: false, officer: '', reply: '', actions: [],
  requests: [], reporters: [{ id: 'r1' }], evidence: [],
} as unknown as CaseDetail

describe('the form of an action', () => {
  it('asks what the workflow needs even where the page does not know it', () => {
    expect(fieldsOf('sign', ['reply'], item)).toEqual(['note', 'reply'])
    expect(fieldsOf('unheard_of', ['finding'], item)).toEqual(['note', 'finding'])
  })

  it('does not ask for a category that stands already when a matter is settled on the spot', () => {
    expect(fieldsOf('self_handle', ['result', 'outcome'], item)).not.toContain('category')
    expect(fieldsOf('self_handle', ['result', 'outcome'], { category: '' })).toContain('category')
  })

  it('takes over what a colleague changed where nothing was typed, and keeps what was', () => {
    const first = startForm('file', item), form = { ...first, note: '写了一半' }
    rebase(form, first, startForm('file', { ...item, category: '020201', urgent: true }))
    expect([form.category, form.urgent, form.note]).toEqual(['020201', true, '写了一半'])
    form.category = '050101'
    rebase(form, startForm('file', item), startForm('file', { ...item, category: '060101' }))
    expect(form.category).toBe('050101')
  })

  it('wants a place or the word that nobody went there before a verification', () => {
    const form = startForm('verify', item)
    form.note = '已亮'
    expect(missing(form, fieldsOf('verify', ['note'], item), ['note'])).toEqual(['place'])
    form.remote = true
    expect(missing(form, fieldsOf('verify', ['note'], item), ['note'])).toEqual([])
    expect(moveOf(form, fieldsOf('verify', ['note'], item), item)).toEqual({ remote: true, note: '已亮' })
  })

  it('sends only what is filled in, trimmed', () => {
    const form = startForm('return', item)
    Object.assign(form, { ground: 'not_our_duty', note: ' 不在清单内 ', reply: '不该发出去' })
    expect(moveOf(form, fieldsOf('return', ['ground', 'note'], item), item)).toEqual({ ground: 'not_our_duty', note: '不在清单内' })
  })

  it('corrects only what differs', () => {
    const form = startForm('correct', item)
    form.title = '三盏路灯不亮'
    expect(corrected(moveOf(form, fieldsOf('correct', [], item), item), item)).toEqual({ title: '三盏路灯不亮' })
  })
})

describe('what is offered', () => {
  it('puts one action first and a waiting request before everything', () => {
    expect(primaryOf({ state: 'filed', actions: ['comment', 'dispatch', 'urge'] })).toBe('dispatch')
    expect(primaryOf({ state: 'filed', actions: ['comment'] })).toBeUndefined()
    expect(primaryOf({ state: 'handling', actions: ['extend', 'refuse_request', 'comment'], requests: [{ kind: 'extension', state: 'open' }] })).toBe('extend')
    expect(primaryOf({ state: 'archived', actions: ['reopen', 'audit'], audit: 'due' })).toBe('audit')
  })

  it('keeps decisions on requests out of the menu while none waits, and loses no action', () => {
    const c = { actions: ['extend', 'refuse_request', 'comment', 'brand_new'], requests: [] }
    expect(othersOf(c).flat()).toEqual(['comment', 'brand_new'])
    expect(othersOf({ ...c, requests: [{ kind: 'extension', state: 'open' }] }, 'extend').flat()).toEqual(['refuse_request', 'comment', 'brand_new'])
  })
})
