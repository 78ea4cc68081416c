import { expect, it } from 'vitest'
import type { System } from './api'
import { addUp, listOf, newIndicator, nextCode } from './tree'

it('parents weigh what their indicators weigh', () => {
  const system = { dimensions: [{ code: 'A', weight: 0, key_points: [{ code: 'A1', weight: 9, indicators: [{ ...newIndicator('A1-1', 'B9'), weight: 0.1 }, { ...newIndicator('A1-2', 'A1'), weight: 0.2 }] }] }] } as unknown as System
  const out = addUp(system)
  expect(out.dimensions[0]!.key_points[0]!.weight).toBe(0.3)
  expect(out.dimensions[0]!.weight).toBe(0.3)
  expect(out.dimensions[0]!.key_points[0]!.indicators[0]!.key_point).toBe('A1')
  expect(system.dimensions[0]!.weight).toBe(0)
})

it('a new code is the first that is free', () => {
  expect(nextCode('A', ['A1', 'A3'], '')).toBe('A4')
  expect(nextCode('A1', ['A1-1', 'A1-2'], '-')).toBe('A1-3')
})

it('reads a list as people type it', () => {
  expect(listOf('城管局、街道办，物业 ')).toEqual(['城管局', '街道办', '物业'])
})
