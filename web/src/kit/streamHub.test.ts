// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { streamHub, type Asked, type Told } from './streamHub'
import { Pipe } from './streamPipe.testing'

const { open } = Pipe

/** A tab at its end of the worker. */
function tabs() {
  const join = streamHub()
  return () => {
    const heard: string[] = []
    const port = { onmessage: null as ((event: MessageEvent<Asked>) => void) | null, postMessage: ({ name }: Told) => heard.push(name) }
    join(port)
    return { heard, say: (word: Asked) => port.onmessage!(new MessageEvent('message', { data: word })) }
  }
}

beforeEach(() => { vi.useFakeTimers(); vi.stubGlobal('EventSource', Pipe); Pipe.all = [] })
afterEach(() => { vi.useRealTimers(); vi.unstubAllGlobals() })

it('holds one connection for eight tabs, and each hears everything', () => {
  const tab = tabs()
  const all = Array.from({ length: 8 }, tab)
  for (const one of all) one.say('follow')
  open()[0]!.say('hello')
  open()[0]!.say('case')
  expect(Pipe.all).toHaveLength(1)
  expect(all.map((one) => one.heard)).toEqual(Array(8).fill(['hello', 'case']))
  const late = tab()
  late.say('follow')
  expect(late.heard).toEqual(['hello'])
  expect(Pipe.all).toHaveLength(1)
})

it('goes on when the first tab leaves, and ends with the last', () => {
  const tab = tabs()
  const [first, second] = [tab(), tab()]
  first.say('follow')
  second.say('follow')
  open()[0]!.say('hello')
  first.say('rest')
  open()[0]!.say('case')
  expect(second.heard).toEqual(['hello', 'case'])
  expect(first.heard).toEqual(['hello'])
  second.say('rest')
  expect(open()).toHaveLength(0)
})

it('tells a tab that fell silent that it misses what comes, and greets it when it wakes', async () => {
  const tab = tabs()
  const [frozen, lively] = [tab(), tab()]
  frozen.say('follow')
  lively.say('follow')
  open()[0]!.say('hello')
  for (let n = 0; n < 14; n++) { await vi.advanceTimersByTimeAsync(15_000); lively.say('follow'); open()[0]!.say('alive') }
  open()[0]!.say('case')
  expect(frozen.heard.filter((name) => name !== 'alive')).toEqual(['hello', 'broken'])
  expect(lively.heard).toContain('case')
  frozen.say('follow')
  expect(frozen.heard.at(-1)).toBe('hello')
  expect(Pipe.all).toHaveLength(1)
})

it('ends the connection when the only tab is gone without a word', async () => {
  const tab = tabs()
  const gone = tab()
  gone.say('follow')
  open()[0]!.say('hello')
  for (let n = 0; n < 14; n++) { await vi.advanceTimersByTimeAsync(15_000); open()[0]?.say('alive') }
  expect(open()).toHaveLength(0)
})

it('says that something was missed when a silent connection was replaced or one was refused', async () => {
  const tab = tabs()
  const one = tab()
  one.say('follow')
  open()[0]!.say('hello')
  await vi.advanceTimersByTimeAsync(41_000)
  open()[0]!.say('hello')
  expect(one.heard).toEqual(['hello', 'broken', 'hello'])
  open()[0]!.refuse()
  one.say('follow')
  open()[0]!.say('hello')
  expect(one.heard).toEqual(['hello', 'broken', 'hello', 'broken', 'hello'])
  expect(Pipe.all).toHaveLength(3)
})
