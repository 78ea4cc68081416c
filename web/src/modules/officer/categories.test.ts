// @vitest-environment jsdom
import { afterEach, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'

afterEach(() => { vi.useRealTimers(); vi.unstubAllGlobals() })

const leaf = { code: '010101', name: '井盖缺失', path: '道路 井盖缺失', keywords: ['井盖'] }

it('offers the categories of the phone as soon as its store gives them, though it gave nothing at first and there is no network', async () => {
  vi.useFakeTimers()
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('no network')))
  const { useCategories, guess } = await import('./categories')
  const { change } = await import('./shelf')
  const scope = effectScope(true)
  scope.run(() => useCategories())
  await vi.advanceTimersByTimeAsync(1_000)
  expect(guess('井盖翘起来了')).toEqual([])
  await change({ shelf: 'tree', key: 'tree', value: { version: '1', classes: [{ code: '01', name: '道路', groups: [{ code: '0101', name: '井盖', leaves: [leaf] }] }] } })
  await vi.advanceTimersByTimeAsync(2_000)
  expect(guess('井盖翘起来了').map((one) => one.code)).toEqual(['010101'])
  scope.stop()
})
