import { ref } from 'vue'

/**
 * A phone whose clock is wrong would send positions “from the future”, which the server refuses, or of before the duty began. So the
 * difference to the server's clock is measured and taken into account; small ones are left alone.
 */
const small = 30_000
const key = 'yiwang.officer.clock'

/** Milliseconds that the server's clock is ahead of this phone's; 0 where they agree. */
export const ahead = ref(Number(localStorage.getItem(key)) || 0)
let before = NaN // the last measure: one alone proves nothing, an answer may have come from a cache

/** Takes what the server said the time was, in an answer of this moment. */
export function heardTime(servedAt: string, now = Date.now()): void {
  const found = Date.parse(servedAt) - now
  if (Number.isNaN(found)) return
  const agrees = Math.abs(found - before) < small
  before = found
  if (!agrees) return
  const next = Math.abs(found) < small ? 0 : found
  if (Math.abs(next - ahead.value) < small && next !== 0 || next === ahead.value) return
  ahead.value = next
  if (next) localStorage.setItem(key, String(next))
  else localStorage.removeItem(key)
}

/** What time it is for the server. */
export const timeThere = (now = Date.now()): number => now + ahead.value

/** When a position was taken, for the server: some phones stamp it by their own clock, some by that of the satellites, which is right. */
export function takenAt(stamp: number, now = Date.now()): number {
  const there = timeThere(now)
  return Math.abs(stamp - now) < Math.abs(stamp - there) ? stamp + ahead.value : stamp
}
