import { expect, it } from 'vitest'
import type { Area } from '@/api/types'
import { fromDay, nearest, nextCodes, readParts } from './reorganise'

const square = { type: 'Polygon', coordinates: [[[0, 0], [1, 0], [1, 1], [0, 0]]] }
const collection = (...features: object[]) => JSON.stringify({ type: 'FeatureCollection', features })

it('every feature is a part with what its properties say', () => {
  const { parts, wrong } = readParts(collection({ geometry: square, properties: { code: 'a', name: 'A', households: 12 } }, { geometry: square, properties: null }))
  expect(wrong).toBe('')
  expect(parts).toEqual([{ code: 'a', name: 'A', households: 12, geometry: square }, { code: '', name: '', geometry: square }])
})

it('what is no collection of two to fifty faces is refused in words', () => {
  expect(readParts('{').wrong).toContain('GeoJSON')
  expect(readParts(JSON.stringify(square)).wrong).toContain('FeatureCollection')
  expect(readParts(collection({ geometry: square })).wrong).toContain('1')
  expect(readParts(collection({ geometry: square }, { geometry: { type: 'Point' } })).wrong).toContain('2')
  expect(readParts(' ')).toEqual({ parts: [], wrong: '' })
})

it('new grids go on counting in their layer', () => {
  const grid = { code: '320106001001G002', level: 'grid' as const }
  expect(nextCodes(grid, ['320106001001G009', '320106001001P044'], 2)).toEqual(['320106001001G010', '320106001001G011'])
  expect(nextCodes({ code: '320106001001', level: 'community' }, [], 1)).toEqual([''])
})

it('neighbours come before those far away', () => {
  const at = (code: string, centroid?: number[]) => ({ code, centroid }) as Area
  expect(nearest(at('x', [118, 32]), [at('none'), at('far', [119, 32]), at('near', [118, 32.01])]).map((a) => a.code)).toEqual(['near', 'far', 'none'])
})

it('a day begins in the district, no day is now', () => {
  expect(fromDay('2026-11-01')).toEqual({ at: '2026-11-01T00:00:00+08:00' })
  expect(fromDay('')).toEqual({})
})
