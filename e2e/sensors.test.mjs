// From a device to a case: a platform sends CloudEvents for a new sensor, a rule trips, the alarm stands in the console, and the urgent
// case lies in the grid where the sensor is. What comes twice is taken once, and good readings clear the alarm.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { open, picture, signIn, start } from './harness.mjs'
import { middleOf, staff } from './staff.mjs'

let world
before(async () => { world = await start() })
after(async () => { await world?.close() })

/** Asks until the answer is there: what follows an event comes a moment later. */
async function soon(ask, what) {
  for (const end = Date.now() + 30_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 200))) {
    const found = await ask()
    if (found) return found
  }
  throw new Error(`${what} did not come`)
}

test('a tilted manhole cover of a new platform becomes an alarm and a case in its grid', async () => {
  const command = await staff(world, 'command'), officer = await staff(world, 'officer01')
  const grid = officer.me.areas[0].code, place = await middleOf(officer, grid), name = '演示路窨井盖9号'
  const { source, token } = await command.call('POST', '/api/v1/sensor-sources', { code: 'lids', name: '井盖监测平台', area_code: command.me.areas[0].code })
  const sensor = await command.call('POST', '/api/v1/sensors', { code: 'LID-9', name, kind: 'manhole', lat: place.latitude, lon: place.longitude, source_id: source.id, vendor_code: 'LID-9' })
  assert.equal(sensor.area_code, grid, 'the position decides the grid')

  const now = Date.now()
  const event = (id, tilt, ago) => ({ specversion: '1.0', id, source: '//lids.example', type: 'cn.example.reading', subject: 'LID-9', time: new Date(now - ago * 1_000).toISOString(), datacontenttype: 'application/json', data: { tilt, battery: 80 } })
  const send = (with_, events) => fetch(`${world.base}/ingest/cloudevents`, { method: 'POST', headers: { Authorization: `Bearer ${with_}`, 'Content-Type': 'application/cloudevents-batch+json' }, body: JSON.stringify(events) })
  assert.equal((await send('not-the-token', [event('0', 40, 60)])).status, 401)
  const bad = [event('1', 38, 40), event('2', 41, 20)]
  for (const _ of [1, 2]) assert.equal((await send(token, bad)).status, 200)

  const { page, faults } = await open(world)
  await signIn(page, world.base, 'command')
  await page.goto(`${world.base}/sensors`)
  await page.getByRole('searchbox', { name: '编号、名称或地址' }).fill('LID-9')
  const row = page.getByRole('row').filter({ hasText: name })
  await row.getByText('1项告警').waitFor()
  await row.click()
  await page.waitForURL(`**/sensors/${sensor.id}`)
  await page.getByText('41 °').waitFor()
  await picture(page, 'sensor-in-alarm')

  const alarm = await soon(async () => (await command.call('GET', '/api/v1/alarms?limit=100')).items.find((a) => a.title.includes(name) && a.case_id), 'the alarm with its case')
  assert.equal(alarm.severity, 'critical')
  const found = await command.call('GET', `/api/v1/cases/${alarm.case_id}`)
  assert.equal(found.area_code, grid, 'the case lies in the grid of the sensor')
  await page.goto(`${world.base}/cases/${alarm.case_id}`)
  await page.getByText('窨井盖9号').first().waitFor()
  await picture(page, 'sensor-case')

  await page.goto(`${world.base}/sensors/sources`)
  const platform = page.getByRole('row').filter({ hasText: '井盖监测平台' })
  await platform.getByRole('cell').nth(2).filter({ hasText: /^2$/ }).waitFor()
  assert.equal((await platform.getByRole('cell').nth(3).innerText()).trim(), '2', 'repeated events are counted, not taken')

  assert.equal((await send(token, [event('3', 1, 0)])).status, 200)
  await page.goto(`${world.base}/sensors/${sensor.id}`)
  await page.getByText('运行正常').waitFor()
  assert.deepEqual(faults, [])
})
