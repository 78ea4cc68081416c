// Journey 4 in one piece, at any hour: an officer comes on duty and is on the wall within two seconds, reports with a photo where there is no
// network, the report arrives once, the centre calls the officer from that very case and both see each other, the duty ends, and the officer is
// gone from map and wall. What a phone still sends then is thrown away.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { framesOf } from './dots.mjs'
import { exactly, open, picture, scene } from './harness.mjs'
import { allWalk, middleOf, staff } from './staff.mjs'
import { centre, phone, sees, startWithCameras, until } from './telephones.mjs'

let world
before(async () => { world = await startWithCameras() })
after(async () => { await world?.close() })

const words = '井盖翘起来了，边上没有围挡'

const onWall = (page, n) => page.waitForFunction((want) => Number(document.querySelector('.duty > b')?.textContent?.replace(',', '')) === want, n)

test('on duty, on the wall, a report without a network, a call from its case, off duty and gone', async () => {
  const officer = await staff(world, 'officer01'), command = await staff(world, 'command'), desk = await staff(world, 'desk01')
  await allWalk(command)
  const name = officer.me.user.name
  const here = await middleOf(officer, officer.me.areas[0].code)
  const screen = await command.call('POST', '/api/v1/wall/screens', { label: '大厅', area_code: command.me.areas[0].code, days: 1 })
  const wall = await open(world, { width: 1920, height: 1080 })
  const frames = framesOf(wall.page)
  await wall.page.goto(`${world.base}/screen#${screen.token}`)
  await wall.page.getByText('数据正常').waitFor()
  const there = Number((await wall.page.locator('.duty > b').textContent()).replace(',', ''))
  const map = await centre(world, 'command', '/patrol')
  await map.page.locator('.person').first().waitFor()
  const row = map.page.locator('.person').filter({ hasText: name })
  await exactly(row, 0, 'nobody off duty is listed')

  // On duty.
  const field = await phone(world, 'officer01', { permissions: ['geolocation'], geolocation: here })
  await field.page.getByRole('heading', { name: '今日任务' }).waitFor()
  await field.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  await field.page.waitForFunction(async () => { // what the phone takes along
    const store = await new Promise((resolve) => { const r = indexedDB.open('yiwang-officer'); r.onsuccess = () => resolve(r.result) })
    const kept = await new Promise((resolve) => { const r = store.transaction('tree').objectStore('tree').count(); r.onsuccess = () => resolve(r.result) })
    store.close()
    return kept > 0
  })
  await field.page.goto(`${world.base}/m/duty`) // from now on the worker serves the pages
  const begin = field.page.getByRole('button', { name: '上岗，开始记录' })
  await begin.waitFor()
  await begin.click()
  await field.page.getByText('上岗中').first().waitFor()
  await onWall(wall.page, there + 1)
  const step = { ...here, latitude: here.latitude + 0.0006 } // what was known before the duty is not recorded
  const sent = field.page.waitForResponse(async (r) => r.request().method() === 'POST' && r.url().endsWith('/api/v1/patrol/points') && (r.request().postData() ?? '').includes(step.latitude.toFixed(4).slice(0, -1)))
  let said = 0
  void sent.then(() => { said = Date.now() }, () => undefined)
  // The phone keeps nothing within three seconds of the last position, so it stands there for a while as somebody would.
  for (let n = 0; !said && n < 60; n++) {
    await field.context.setGeolocation({ ...step, longitude: step.longitude + (n % 2) * 1e-6 })
    await field.page.waitForTimeout(500)
  }
  await sent
  const came = await until('the position is on the wall', () => frames.show({ lat: step.latitude, lon: step.longitude }))
  assert.ok(came - said < 2_000, `on the wall ${came - said} ms after the phone was answered`)
  await row.waitFor()
  await picture(wall.page, 'journey4-wall')

  // A report without a network: photograph, what it is, submit.
  await field.context.setOffline(true)
  await field.page.goto(`${world.base}/m/report`)
  await field.page.getByLabel('拍照').setInputFiles({ name: 'photo.png', mimeType: 'image/png', buffer: await scene(world, false) })
  await field.page.getByLabel('说一句').fill(words)
  await field.page.getByRole('button', { name: /井盖/ }).first().click()
  await field.page.getByRole('button', { name: '提交' }).click()
  await field.page.getByText('等网络，1件').waitFor()
  await picture(field.page, 'journey4-offline')
  const mine = async () => (await officer.call('GET', '/api/v1/cases?mine=true&limit=50')).items.filter((c) => c.text === words)
  assert.deepEqual(await mine(), [], 'nothing has arrived yet')
  await field.context.setOffline(false)
  await field.page.getByText('都送到了').waitFor()
  const arrived = await mine()
  assert.equal(arrived.length, 1, 'it arrived once')
  const one = await desk.call('GET', `/api/v1/cases/${arrived[0].id}`)
  assert.equal(one.evidence.length, 1, 'with its photo')
  assert.equal(one.area_code, officer.me.areas[0].code, 'in the grid where it was taken')

  // The centre calls from the case.
  const at = await centre(world, 'desk01', `/cases/${one.id}`)
  await at.page.getByRole('img', { name: /照片/ }).first().waitFor()
  await picture(at.page, 'journey4-case')
  await at.page.getByRole('button', { name: '呼叫网格员' }).click()
  await at.page.getByRole('menuitem', { name }).click()
  await field.page.getByText(one.number).waitFor()
  await field.page.getByRole('button', { name: '接听' }).click()
  await sees(at.page)
  await sees(field.page)
  await picture(at.page, 'journey4-call')
  await picture(field.page, 'journey4-call-phone')
  await field.page.locator('.dock').getByRole('button', { name: '挂断' }).click()
  await until('the call is in the history of the case', async () => (await desk.call('GET', `/api/v1/cases/${one.id}`)).history.some((h) => h.action === 'call'))

  // Off duty: gone from map and wall, nothing more is kept.
  await field.page.goto(`${world.base}/m/duty`)
  await field.page.getByRole('button', { name: '下岗，停止记录' }).click()
  await begin.waitFor()
  await row.waitFor({ state: 'detached' })
  await onWall(wall.page, there)
  await picture(map.page, 'journey4-gone')
  const kept = async () => (await officer.call('GET', '/api/v1/patrol/duty')).ended.reduce((sum, d) => sum + d.points, 0)
  const before = await kept()
  const late = await officer.call('POST', '/api/v1/patrol/points', { points: [{ at: new Date().toISOString(), lat: here.latitude, lon: here.longitude, accuracy: 8 }] })
  assert.equal(late.on_duty, false)
  assert.equal(await kept(), before, 'nothing is kept off duty')
  await exactly(row, 0, 'on the map after a late position')
  for (const all of [wall, map, field, at]) assert.deepEqual(all.faults, [])
})
