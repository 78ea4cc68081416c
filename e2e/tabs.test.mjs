// Eight tabs of one browser over plain http, which gives a browser six connections to a server: all of them are told what happens, none hangs,
// and they go on when the first is closed.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { open, signIn, start } from './harness.mjs'
import { middleOf, staff } from './staff.mjs'

let world
before(async () => { world = await start() })
after(async () => { await world?.close() })

test('eight tabs follow by one connection, and the seven that are left go on', async () => {
  const officer = await staff(world, 'officer01')
  const here = await middleOf(officer, officer.me.areas[0].code)
  const report = (text) => officer.call('POST', '/api/v1/cases', { channel: 'officer', text, lat: here.latitude, lon: here.longitude })
  const { page, context, faults } = await open(world)
  await signIn(page, world.base, 'desk01')
  const tabs = [page]
  for (let n = 1; n < 8; n++) tabs.push(await context.newPage())
  const streams = []
  context.on('request', (r) => { if (r.url().endsWith('/api/v1/stream')) streams.push(r.url()) })
  for (const tab of tabs) {
    await tab.goto(`${world.base}/cases?view=open`)
    await tab.getByRole('list', { name: '事件列表' }).waitFor()
  }
  assert.deepEqual(streams, [], 'no tab holds a connection of its own')
  const shows = (tab, words) => tab.getByText(words).first().waitFor()
  await report('路灯杆倾斜，请看八页')
  for (const tab of tabs) await shows(tab, '路灯杆倾斜，请看八页')
  await tabs.shift().close()
  await report('树枝垂到电线上，请看七页')
  for (const tab of tabs) await shows(tab, '树枝垂到电线上，请看七页')
  assert.deepEqual(faults, [])
})
