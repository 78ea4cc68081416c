// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { SharedLine } from './sharedLine'
import type { Asked, Told } from './streamHub'
import { Pipe } from './streamPipe.testing'

/** The browser's side of a worker that all tabs share. */
class Shared {
  static all: Shared[] = []
  said: Asked[] = []
  closed = false
  onerror: (() => void) | null = null
  port = { onmessage: null as ((event: MessageEvent<Told>) => void) | null, postMessage: (word: Asked) => this.said.push(word), close: () => { this.closed = true } }
  constructor(readonly url: string, readonly options: WorkerOptions) { Shared.all.push(this) }
  tell(name: Told['name']): void { this.port.onmessage!(new MessageEvent('message', { data: { name, data: '{}' } })) }
}

beforeEach(() => { vi.useFakeTimers(); vi.stubGlobal('SharedWorker', Shared); vi.stubGlobal('EventSource', Pipe); Shared.all = []; Pipe.all = [] })
afterEach(() => { vi.useRealTimers(); vi.unstubAllGlobals() })

function line() {
  const heard: string[] = []
  return { heard, end: new SharedLine('u', (name) => heard.push(name)) }
}

it('follows by the worker of the signed-in person, says so again and again, and leaves', () => {
  const { heard, end } = line()
  end.begin()
  end.begin()
  const [worker] = Shared.all
  expect(worker!.options.name).toBe('u')
  expect(worker!.said).toEqual(['follow', 'follow'])
  worker!.tell('hello')
  end.end()
  expect(worker!.said.at(-1)).toBe('rest')
  expect(worker!.closed).toBe(true)
  expect(heard).toEqual(['hello', 'broken'])
  expect(Shared.all).toHaveLength(1)
  expect(Pipe.all).toHaveLength(0)
})

it('joins anew when the worker has died without a word', async () => {
  const { heard, end } = line()
  end.begin()
  Shared.all[0]!.tell('hello')
  await vi.advanceTimersByTimeAsync(61_000)
  expect(Shared.all).toHaveLength(2)
  Shared.all[1]!.tell('hello')
  expect(heard).toEqual(['hello', 'broken', 'hello'])
})

it('has a connection of its own where the worker cannot be loaded', () => {
  const { heard, end } = line()
  end.begin()
  Shared.all[0]!.onerror!()
  expect(Pipe.all).toHaveLength(1)
  Pipe.all[0]!.say('hello')
  end.begin()
  expect(Shared.all).toHaveLength(1)
  expect(heard).toEqual(['broken', 'hello'])
})
