import { describe, expect, it } from 'vitest'
import type { CaseDetail } from '@/api/types'
import type { Reading } from '../clock/api'
import { holdsOf, stagesOf } from './stages'
import { storyOf } from './story'

const reading = (kind: string, more: Partial<Reading> = {}): Reading => ({
  id: kind, kind, level: 'street', hop: 0, limit: '2工作时', limit_unit: 'work_hour', share: 0.5, spent_s: 600, left_s: 0, lamp: 'grey', outcome: 'met', stopped_at: '2026-11-20T02:00:00Z', ...more,
}) as unknown as Reading
const item = (more: Partial<CaseDetail>): CaseDetail => ({ state: 'handling', stage: 'handle', paused: false, history: [], ...more }) as unknown as CaseDetail

describe('the way of a case', () => {
  it('marks what is done, what runs and what is to come, and counts rounds', () => {
    const stages = stagesOf(item({}), [reading('accept'), reading('dispatch'), reading('sign', { outcome: 'late' }), reading('dispatch'), reading('sign'), reading('handle', { stopped_at: undefined, lamp: 'orange', due_at: '2026-11-26T01:31:00Z' })])
    expect(stages.map((s) => [s.stage, s.mark])).toEqual([['accept', 'done'], ['dispatch', 'done'], ['sign', 'done'], ['handle', 'warn'], ['check', 'next'], ['close', 'next'], ['revisit', 'next']])
    expect(stages.find((s) => s.stage === 'dispatch')!.name).toContain('第2次')
  })

  it('leaves out clocks of parts and of tiers that only push', () => {
    const stages = stagesOf(item({ state: 'dispatched', stage: 'sign' }), [reading('sign', { stopped_at: undefined, lamp: 'red' }), reading('sign', { hop: 1, stopped_at: undefined, level: 'district' }), reading('part', { part_id: 'p' })])
    expect(stages.filter((s) => s.stage === 'sign')).toHaveLength(1)
    expect(stages.find((s) => s.stage === 'sign')!.mark).toBe('over')
  })

  it('shows the panel where it was, and nothing to come after the end', () => {
    const stages = stagesOf(item({ state: 'archived', stage: '' }), [reading('accept'), reading('adjudicate'), reading('handle')])
    expect(stages.map((s) => s.stage)).toEqual(['accept', 'adjudicate', 'handle'])
  })

  it('joins what one unit held in a row and hatches the panel', () => {
    const names = (id: string | undefined) => ({ a: '路灯管理所', b: '区水务局' })[id ?? ''] ?? ''
    const holds = holdsOf([reading('sign', { unit_id: 'a' }), reading('handle', { unit_id: 'a' }), reading('sign', { unit_id: 'b', spent_s: 20 }), reading('adjudicate', { spent_s: 3600 })], names)
    expect(holds).toEqual([{ unit: '路灯管理所', seconds: 1200, paused: false }, { unit: '联合研判', seconds: 3600, paused: true }])
  })
})

describe('the course of a case', () => {
  const step = (action: string, more = {}) => ({ id: action, action, at: '2026-11-20T02:00:00Z', actor_name: '李思敏', actor_unit: 'u', from: 'filed', to: 'filed', level: 'street', visibility: 'internal', detail: {}, ...more })
  const history = [
    step('report', { visibility: 'reporter', to: 'reported', from: '' }),
    step('return', { for_name: '区水务局', ground: 'not_our_duty', note: '不在清单内', to: 'adjudicating', from: 'dispatched' }),
    step('comment', { note: '请尽快', visibility: 'reporter' }),
    step('lapse', { note: 'sign', actor_name: '时限', detail: { kind: 'sign', to: 'district', to_unit: '区指挥中心' } }),
  ] as unknown as CaseDetail['history']
  const story = (filter?: 'steps' | 'words' | 'told') => storyOf(item({ history }), () => '街道指挥中心', filter)

  it('tells newest first who did what and why', () => {
    const [lapse, , back] = story()
    expect(lapse).toMatchObject({ title: '签收超期，上报区', who: '区指挥中心', lines: [], tone: 'over' })
    expect(back!.title).toBe('区水务局退单')
    expect(back!.lines).toEqual(['不是本单位职责：不在清单内', '第二次退单自动转联合研判，处置计时暂停。'])
    expect(back!.who).toBe('街道指挥中心　李思敏')
  })

  it('says of what the program did by itself that the program did it', () => {
    const alone = [step('call_recording', { actor_name: 'cases.call-recording', actor_unit: '', note: '画面和声音，10秒' })] as unknown as CaseDetail['history']
    expect(storyOf(item({ history: alone }), () => '')[0]!.who).toBe('系统')
  })

  it('narrows to steps, to words, and to what those who reported see', () => {
    expect(story('steps').map((e) => e.id)).toEqual(['return', 'report'])
    expect(story('words').map((e) => e.id)).toEqual(['comment'])
    expect(story('told').map((e) => e.id)).toEqual(['comment', 'report'])
  })
})
