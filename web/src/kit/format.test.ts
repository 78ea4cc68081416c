import { describe, expect, it, vi } from 'vitest'
import { chance, count, date, moment, range, score, signed, workTime } from './format'
import { useLanguage } from './i18n'

const now = new Date('2026-11-21T10:00:00+08:00')

describe('times are told as people in the district say them', () => {
  it('says today for today and the year for another year', () => {
    expect(moment('2026-11-21T01:06:00Z', now)).toBe('今天 09:06')
    expect(moment('2026-11-20T06:30:00Z', now)).toBe('11月20日 14:30')
    expect(date('2025-11-20T06:30:00Z', now)).toBe('2025年11月20日')
  })
  it('names the month in English', async () => {
    vi.stubGlobal('localStorage', { setItem: () => undefined, getItem: () => null })
    vi.stubGlobal('document', { documentElement: {} })
    await useLanguage('en')
    expect(moment('2026-11-20T06:30:00Z', now)).toBe('20 Nov 14:30')
    expect(date('2025-11-20T06:30:00Z', now)).toBe('20 Nov 2025')
    await useLanguage('zh')
    vi.unstubAllGlobals()
  })
  it('counts the day in the district, not where the reader sits', () => {
    expect(moment('2026-11-20T16:30:00Z', now)).toBe('今天 00:30')
  })
  it('leaves unknown times as a dash', () => expect(moment(null)).toBe('—'))
})

describe('figures keep their doubt and their sign', () => {
  it('writes a true minus and no sign for a rounded zero', () => {
    expect(signed(-1.26)).toBe('−1.3')
    expect(signed(0.8)).toBe('+0.8')
    expect(signed(-0.04)).toBe('0.0')
  })
  it('never claims certainty', () => {
    expect(chance(0.999)).toBe('>99%')
    expect(chance(0.001)).toBe('<1%')
    expect(chance(0.755)).toBe('76%')
  })
  it('tells zero from unknown', () => {
    expect(count(0)).toBe('0')
    expect(count(undefined)).toBe('—')
    expect(score(null)).toBe('—')
  })
  it('joins a range with an en dash', () => expect(range(84.21, 86)).toBe('84.2–86.0'))
})

describe('working time', () => {
  it('is hours and minutes below two days, whole days above', () => {
    expect(workTime(13 * 60 + 43)).toBe('13工作时43分')
    expect(workTime(180)).toBe('3工作时')
    expect(workTime(0)).toBe('0分')
    expect(workTime(7 * 60 * 5)).toBe('5工作日')
  })
})
