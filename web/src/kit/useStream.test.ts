// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'
import { Pipe } from './streamPipe.testing'

const last = () => Pipe.all.at(-1)!

async function follow(stay?: 'hidden' | 'always') {
  vi.resetModules()
  const { loadSession } = await import('./session')
  await loadSession()
  const { useStream, following } = await import('./useStream')
  const heard = { call: 0, reload: 0 }
  const scope = effectScope(true)
  scope.run(() => useStream({ call: () => heard.call++, reload: () => heard.reload++ }, stay))
  return { heard, following, scope }
}

let hidden = false
beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('EventSource', Pipe)
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify({ user: { id: 'u' }, permissions: [], areas: [], csrf_token: '' }), { headers: { 'Content-Type': 'application/json' } })))
  vi.spyOn(document, 'hidden', 'get').mockImplementation(() => hidden)
  Pipe.all = []
  hidden = false
})
afterEach(() => { vi.useRealTimers(); vi.unstubAllGlobals(); vi.restoreAllMocks() })

it('asks again after a server that refused while it started', async () => {
  const { heard, scope } = await follow()
  last().say('hello')
  expect(heard.reload).toBe(0)
  last().refuse()
  await vi.advanceTimersByTimeAsync(31_000)
  expect(Pipe.all).toHaveLength(2)
  last().say('hello')
  expect(heard.reload).toBe(1)
  scope.stop()
})

it('asks again when the page was hidden for a minute', async () => {
  const { heard, scope } = await follow()
  last().say('hello')
  hidden = true
  await vi.advanceTimersByTimeAsync(60_000)
  expect(last().readyState).toBe(2)
  hidden = false
  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
  last().say('hello')
  expect(heard.reload).toBe(1)
  scope.stop()
})

it('leaves a connection that has fallen silent for a new one', async () => {
  const { heard, following, scope } = await follow('always')
  last().say('hello')
  for (let n = 0; n < 8; n++) { await vi.advanceTimersByTimeAsync(15_000); last().say('alive') }
  expect(Pipe.all).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(45_000)
  expect(Pipe.all).toHaveLength(2)
  expect(following.value).toBe(false)
  last().say('hello')
  expect(heard.reload).toBe(1)
  expect(following.value).toBe(true)
  scope.stop()
})
