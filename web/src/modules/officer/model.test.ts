import { expect, it } from 'vitest'
import { seenOf, stillStands, together, type Case, type Detail } from './model'

const seen = seenOf({ version: 7, state: 'checking', state_name: '', handled_at: '2026-11-20T03:40:00Z', lead_unit: 'u', category: '140101', history: [{ id: 'a' }, { id: 'b' }] } as unknown as Detail)
const now = (change: Partial<Case>): Case => ({ version: 9, state: 'checking', state_name: '', handled_at: '2026-11-20T03:40:00Z', lead_unit: 'u', category: '140101', ...change }) as Case

it('remembers the newest step that could be read', () => expect(seen.last).toBe('b'))

it('a comment or a reminder in between leaves the decision standing', () => expect(stillStands(seen, now({}))).toBe(true))

it.each([{ state: 'rework' }, { handled_at: '2026-11-21T01:00:00Z' }, { lead_unit: 'w' }, { category: '140102' }])('a case that changed in %j is a conflict', (change) => {
  expect(stillStands(seen, now(change))).toBe(false)
})

it('says the community of several grids once', () => {
  expect(together(['凤凰社区第1网格', '凤凰社区专属第2网格（工地）'])).toBe('凤凰社区：第1网格、专属第2网格（工地）')
  expect(together(['凤凰社区第1网格', '书香社区第1网格'])).toBe('凤凰社区第1网格、书香社区第1网格')
  expect(together(['凤凰社区第1网格'])).toBe('凤凰社区第1网格')
})
