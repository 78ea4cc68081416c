// A shift as officer, centre and wall see it at the same time: on duty and on the wall within two seconds, found on the live map with post and
// masked number, layers kept, off duty and gone everywhere. Reports without a network and calls have journeys of their own.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { exactly, open, password, picture, start } from './harness.mjs'
import { allWalk, middleOf, staff } from './staff.mjs'
import { centre, until } from './telephones.mjs'
import { framesOf } from './dots.mjs'

let world
before(async () => { world = await start() })
after(async () => { await world?.close() })

const onWall = (page, n) => page.waitForFunction((want) => Number(document.querySelector('.duty > b')?.textContent?.replace(',', '')) === want, n, { polling: 50 })

test('an officer comes on duty, is on the wall and the live map, and gone from both when the duty ends', async () => {
  const officer = await staff(world, 'officer01'), command = await staff(world, 'command')
  await allWalk(command)
  const name = officer.me.user.name
  const here = await middleOf(officer, officer.me.areas[0].code)
  const screen = await command.call('POST', '/api/v1/wall/screens', { label: '大厅', area_code: command.me.areas[0].code, days: 1 })
  const wall = await open(world)
  const frames = framesOf(wall.page)
  await wall.page.goto(`${world.base}/screen#${screen.token}`)
  await wall.page.getByText('数据正常').waitFor()
  const there = Number((await wall.page.locator('.duty > b').textContent()).replace(',', ''))
  const at = await centre(world, 'command', '/patrol')
  await at.page.locator('.person').first().waitFor()
  const row = at.page.locator('.person').filter({ hasText: name })
  await exactly(row, 0, 'nobody off duty is listed')

  const field = await open(world, { width: 390, height: 844, geolocation: here, permissions: ['geolocation'] })
  await field.page.goto(`${world.base}/m/`)
  await field.page.getByLabel('账号').fill('officer01')
  await field.page.getByLabel('密码', { exact: true }).fill(password)
  await field.page.getByRole('button', { name: '登录', exact: true }).click()
  await field.page.getByRole('heading', { name: '今日任务' }).waitFor()
  await field.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  await field.page.goto(`${world.base}/m/duty`)
  await field.page.getByRole('button', { name: '上岗，开始记录' }).click()
  await field.page.getByText('上岗中').first().waitFor()
  await onWall(wall.page, there + 1)
  const step = { at: new Date().toISOString(), lat: here.latitude + 0.0006, lon: here.longitude, accuracy: 6 }
  await officer.call('POST', '/api/v1/patrol/points', { points: [step] })
  const said = Date.now()
  await until('the position is on the wall', () => frames.show(step))
  const waited = Date.now() - said
  assert.ok(waited < 2_000, `on the wall after ${waited} ms`)

  // The centre finds the officer by the keyboard, sees who it is, and the number for a reason alone.
  await row.waitFor()
  await row.click()
  const card = at.page.getByRole('complementary', { name })
  await card.getByText(/^139\*{4}\d{4}$/).waitFor()
  await card.getByText('负责网格').waitFor()
  await card.getByRole('button', { name: '显示号码' }).click()
  await card.getByLabel('为什么要看号码').fill('核实到场')
  await card.getByRole('button', { name: '显示', exact: true }).click()
  await card.getByRole('link', { name: /^139\d{8}$/ }).waitFor()
  const looks = (await officer.call('GET', '/api/v1/patrol/looks')).looks
  assert.ok(looks.some((l) => l.what === 'phone' && l.reason === '核实到场'), 'the officer sees who looked at the number')
  await at.page.getByRole('checkbox', { name: '警务网格' }).check()
  await at.page.getByRole('checkbox', { name: '社区民警' }).check()
  await at.page.getByLabel('事件热力').selectOption('30')
  await card.getByRole('button', { name: '跟随' }).click()
  await card.getByRole('button', { name: '停止跟随' }).waitFor()
  await picture(at.page, 'live-card')
  await at.page.reload()
  await row.waitFor()
  assert.ok(await at.page.getByRole('checkbox', { name: '警务网格' }).isChecked(), 'the layers are as they were left')

  // Off duty: gone from map, list and wall.
  await field.page.goto(`${world.base}/m/duty`)
  await field.page.getByRole('button', { name: '下岗，停止记录' }).click()
  await row.waitFor({ state: 'detached' })
  await card.waitFor({ state: 'detached' })
  await onWall(wall.page, there)
  await assert.rejects(command.call('POST', `/api/v1/patrol/people/${officer.me.user.id}/phone`, { reason: '再看一次' }), /not_on_duty/)
  for (const one of [at, wall, field]) assert.deepEqual(one.faults, [])
})

test('a phone whose clock is five minutes fast is on the map all the same, and says so', async () => {
  const officer = await staff(world, 'officer02'), command = await staff(world, 'command')
  const here = await middleOf(officer, officer.me.areas[0].code)
  const { page, context, faults } = await open(world, { width: 390, height: 844, geolocation: here, permissions: ['geolocation'] })
  await context.clock.install({ time: Date.now() + 5 * 60_000 })
  await page.goto(`${world.base}/m/`)
  await page.getByLabel('账号').fill('officer02')
  await page.getByLabel('密码', { exact: true }).fill(password)
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.getByRole('heading', { name: '今日任务' }).waitFor()
  await page.goto(`${world.base}/m/duty`)
  await page.getByRole('button', { name: '上岗，开始记录' }).click()
  await page.getByText('手机时间快了5分').waitFor()
  await context.setGeolocation({ ...here, latitude: here.latitude + 0.0003 })
  await until('its position is on the map', async () => (await command.call('GET', '/api/v1/patrol/positions')).items.some((p) => p.officer_id === officer.me.user.id))
  await picture(page, 'duty-clock')
  await page.getByRole('button', { name: '下岗，停止记录' }).click()
  await page.getByRole('button', { name: '上岗，开始记录' }).waitFor()
  assert.deepEqual(faults, [])
  await context.close()
})
