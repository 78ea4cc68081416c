// @vitest-environment jsdom
import { beforeEach, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { followRenewal } from './renewed'

const gone = () => Promise.reject(new TypeError('Failed to fetch dynamically imported module: /assets/Old-1234.js'))

function visit(part: () => Promise<never>, answers: boolean) {
  vi.stubGlobal('fetch', () => (answers ? Promise.resolve(new Response('')) : Promise.reject(new TypeError('network'))))
  const router = createRouter({ history: createMemoryHistory('/m/'), routes: [{ path: '/', component: {} }, { path: '/cases', component: part }] })
  const opened: string[] = []
  followRenewal(router, (address) => opened.push(address))
  const go = async () => { await router.push('/cases?state=open').catch(() => undefined); await new Promise((resolve) => setTimeout(resolve)) }
  return { go, opened }
}

beforeEach(() => sessionStorage.clear())

it('loads the wanted page anew where a part of an older program is gone, and does not go round in circles', async () => {
  const { go, opened } = visit(gone, true)
  await go()
  await go()
  expect(opened).toEqual(['/m/cases?state=open'])
})

it('leaves the page alone without a network', async () => {
  const { go, opened } = visit(gone, false)
  await go()
  expect(opened).toEqual([])
})

it('leaves other failures alone', async () => {
  const { go, opened } = visit(() => Promise.reject(new Error('a fault of the page')), true)
  await go()
  expect(opened).toEqual([])
})
