import { expect, it } from 'vitest'
import { byModule, judge } from './duties'

it('business permissions make a business role', () => {
  expect(judge(['survey.read', 'region.read'])).toEqual({ class: 'business', duties: [], business: [] })
})

it('one duty with what every administrator may read stands', () => {
  expect(judge(['identity.read', 'region.read', 'audit.read'])).toEqual({ class: 'audit', duties: [], business: [] })
})

it('two duties may not lie in one role', () => {
  expect(judge(['identity.manage', 'security.manage']).duties).toEqual(['identity.manage', 'security.manage'])
})

it('an administrator holds no business permission', () => {
  expect(judge(['identity.manage', 'region.manage', 'survey.read']).business).toEqual(['region.manage', 'survey.read'])
})

it('the three duties stand together with the accounts', () => {
  expect(byModule(['identity.read', 'audit.read', 'region.read'])).toEqual([['identity', ['identity.read', 'audit.read']], ['region', ['region.read']]])
})
