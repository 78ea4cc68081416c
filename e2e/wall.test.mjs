// The hall's wall: a link opens it without anybody signing in, an officer who goes on duty appears within seconds and is gone at the
// end, nothing on it names anybody, and it gets over a lost network.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { open, picture, start } from './harness.mjs'
import { allWalk, middleOf, staff } from './staff.mjs'

let world
before(async () => { world = await start() })
after(async () => { await world?.close() })

const big = { width: 1920, height: 1080 }
const onDuty = (page, n) => page.waitForFunction((want) => Number(document.querySelector('.duty > b')?.textContent?.replace(',', '')) === want, n)

test('a link opens the wall, an officer comes and goes within seconds, and a lost network leaves the figures', async () => {
  const command = await staff(world, 'command'), officer = await staff(world, 'officer01')
  await allWalk(command)
  const district = command.me.areas[0].code
  const given = await command.call('POST', '/api/v1/wall/screens', { label: '大厅左屏', area_code: district, days: 7 })
  const { page, context, faults } = await open(world, big)
  const frames = []
  page.on('websocket', (socket) => socket.on('framereceived', (frame) => frames.push(frame.payload)))

  await page.goto(`${world.base}/screen`)
  await page.getByText('这块大屏还没有打开').waitFor()
  await page.goto('about:blank')
  await page.goto(`${world.base}/screen#${given.token}`)
  await page.getByText('今日流转').waitFor()
  assert.equal(new URL(page.url()).hash, '', 'the token leaves the address')
  await page.locator('.label').first().waitFor()
  await page.getByText('数据正常').waitFor()
  assert.equal(await page.locator('nav button').count(), 9)
  assert.equal(await page.evaluate(() => document.documentElement.scrollHeight <= innerHeight && document.documentElement.scrollWidth <= innerWidth), true, 'no scrolling')

  const before = Number((await page.locator('.duty > b').textContent()).replace(',', ''))
  const here = await middleOf(officer, officer.me.areas[0].code)
  await officer.call('POST', '/api/v1/patrol/duty', { minutes: 60 })
  await onDuty(page, before + 1)
  const heard = frames.length
  await officer.call('POST', '/api/v1/patrol/points', { points: [{ at: new Date().toISOString(), lat: here.latitude, lon: here.longitude, accuracy: 8 }] })
  for (const end = Date.now() + 10_000; frames.length === heard && Date.now() < end;) await page.waitForTimeout(50)
  assert.ok(frames.length > heard, 'the position reached the wall')
  assert.ok(frames.every((f) => typeof f !== 'string'), 'no names go to a wall')
  const text = await page.locator('body').innerText()
  assert.ok(!text.includes(officer.me.user?.name ?? '@'), 'nobody is named')
  await picture(page, 'wall-1920')

  await page.keyboard.press('7')
  await page.getByRole('button', { name: '环保' }).and(page.locator('[aria-current=true]')).waitFor()
  await page.locator('.label').first().click()
  await page.locator('header h1 button').waitFor()
  await page.keyboard.press('Escape')
  await page.getByText('网格化综合指挥').waitFor()
  await page.keyboard.press('Space') // the keys held it; the space bar lets it turn again, and holds it
  await page.getByText('已停住').waitFor({ state: 'hidden' })
  await page.keyboard.press('Space')
  await page.getByText('已停住').waitFor()

  await context.setOffline(true)
  await page.waitForTimeout(1_000)
  await page.getByText('今日流转').waitFor()
  await context.setOffline(false)
  await page.getByText('数据正常').waitFor()
  await officer.call('DELETE', '/api/v1/patrol/duty')
  await onDuty(page, before)

  await command.call('DELETE', `/api/v1/wall/screens/${given.id}`)
  await page.reload()
  await page.getByText('这块大屏还没有打开').waitFor()
  assert.deepEqual(faults, [])
})

test('figures that come again and again cost no memory', async () => {
  const command = await staff(world, 'command')
  const given = await command.call('POST', '/api/v1/wall/screens', { label: '长明', area_code: command.me.areas[0].code, days: 14 })
  const { page, context, faults } = await open(world, big)
  await page.clock.install()
  await page.goto(`${world.base}/screen#${given.token}`)
  await page.getByText('今日流转').waitFor()
  const devtools = await context.newCDPSession(page)
  const heap = async () => { await devtools.send('HeapProfiler.collectGarbage'); return (await devtools.send('Runtime.getHeapUsage')).usedSize }
  const answers = async (n) => {
    let heard = 0
    const hear = (r) => { if (r.url().includes('/api/v1/wall/picture')) heard++ }
    page.on('response', hear)
    for (let steps = 0; heard < n; steps++) {
      assert.ok(steps < 600, `${heard} of ${n} answers`)
      await page.clock.fastForward(6_000)
      await page.waitForTimeout(50)
    }
    page.off('response', hear)
  }
  await answers(15)
  const first = await heap()
  await answers(45)
  const last = await heap()
  assert.ok(last < first * 1.3 + 3e6, `heap grew from ${first} to ${last}`)
  await page.getByText('今日流转').waitFor()
  assert.deepEqual(faults, [])
})
