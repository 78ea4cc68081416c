import { describe, expect, it } from 'vitest'
import { addDays, dayOf, periodOf } from './period'

const at = Date.parse('2026-11-20T02:30:00Z')

describe('periods', () => {
  it('counts days in the district, not where the reader sits', () => {
    expect(dayOf(Date.parse('2026-11-19T17:00:00Z'))).toBe('2026-11-20')
    expect(addDays('2026-02-28', 1)).toBe('2026-03-01')
  })
  it('ends with the day under way', () => {
    expect(periodOf('today', at)).toEqual({ since: '2026-11-20', until: '2026-11-21' })
    expect(periodOf('7', at)).toEqual({ since: '2026-11-14', until: '2026-11-21' })
    expect(periodOf('month', at)).toEqual({ since: '2026-11-01', until: '2026-11-21' })
  })
  it('takes the month before as a whole', () => {
    expect(periodOf('last', at)).toEqual({ since: '2026-10-01', until: '2026-11-01' })
  })
})
