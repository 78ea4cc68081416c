import { expect, it } from 'vitest'
import { csvOf } from './download'

it('a cell that would start a formula is defused, numbers stay numbers', () => {
  expect(csvOf([['=HYPERLINK("x")', -1.5, '+1', null]])).toBe('\ufeff"\'=HYPERLINK(""x"")",-1.5,\'+1,\r\n')
})
it('commas, quotes and line breaks survive', () => {
  expect(csvOf([['一,二', '他说"好"', '上\n下']])).toBe('\ufeff"一,二","他说""好""","上\n下"\r\n')
})
