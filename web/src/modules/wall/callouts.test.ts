import { expect, it } from 'vitest'
import { park } from './callouts'
import { gridOf } from './words'

const at = (x: number, y: number) => ({ here: { x, y } })

it('names of alarms stand beside the area at the height of their marks', () => {
  const [left, right] = park([at(600, 300), at(200, 400)], 900, 950, 1)
  expect([left!.side, left!.park.y]).toEqual(['left', 400])
  expect([right!.side, right!.park.y]).toEqual(['right', 300])
})

it('names never stand on each other, on the figure above or on the key below', () => {
  const names = park([at(100, 20), at(110, 21), at(800, 900), at(810, 940)], 900, 950, 1)
  expect(names.map((n) => n.park.y)).toEqual([215, 299, 501, 585])
})

it('a grid is called without its community', () => {
  expect(gridOf('凤凰二村社区专属第2网格（中小学）', '凤凰二村社区居委会')).toBe('专属第2网格（中小学）')
  expect(gridOf('凤凰街第1网格', '凤凰街社区')).toBe('第1网格')
  expect(gridOf('凤凰街', '凤凰街社区')).toBe('凤凰街')
})
