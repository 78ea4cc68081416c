// @vitest-environment jsdom
import { afterEach, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'

afterEach(() => { vi.useRealTimers(); vi.unstubAllGlobals() })

const leaf = { code: '010101', name: '井盖缺失', path: '道路 井盖缺失', keywords: ['井盖'] }
const answer = (body: unknown) => Promise.resolve(new Response(JSON.stringify(body), { headers: { 'Content-Type': 'application/json' } }))

it('offers categories by the words where the server answered about the place before and is silent now', async () => {
  vi.useFakeTimers()
  let asked = 0
  vi.stubGlobal('fetch', (request: Request) => {
    if (request.url.includes('/duty/categories')) return answer({ version: '1', classes: [{ code: '01', name: '道路', groups: [{ code: '0101', name: '井盖', leaves: [leaf] }] }] })
    if (request.url.includes('/cases/suggest')) return asked++ ? new Promise(() => undefined) : answer({ categories: [], duplicates: [], recurrences: [] })
    return Promise.reject(new TypeError('no network'))
  })
  const { loadCategories } = await import('./categories')
  const { useReport } = await import('./useReport')
  await loadCategories()
  const scope = effectScope(true)
  const report = scope.run(() => useReport())!
  report.draft.value.where = { lat: 32.06, lon: 118.77, error: 8, at: '2026-11-22T02:30:00Z' }
  await vi.advanceTimersByTimeAsync(1_000)
  expect(asked).toBe(1)
  report.draft.value.text = '井盖翘起来了'
  await vi.advanceTimersByTimeAsync(1_000)
  expect(asked).toBe(2)
  expect(report.likely.value.map((one) => one.code)).toEqual(['010101'])
  scope.stop()
})
