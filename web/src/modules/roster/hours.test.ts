import { expect, test } from 'vitest'
import { hourOf, lengthOf, minutesOf } from './hours'

test('hours of a shift, across midnight too', () => {
  expect([hourOf(0), hourOf(510), hourOf(1439), hourOf(1500)]).toEqual(['00:00', '08:30', '23:59', '01:00'])
  expect([minutesOf('08:30'), lengthOf('08:30', '11:30'), lengthOf('22:00', '06:00'), lengthOf('08:00', '08:00')]).toEqual([510, 180, 480, 1440])
})
