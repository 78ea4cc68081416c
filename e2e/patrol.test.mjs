// On duty and off again: an officer opens duty on the phone and stands on the centre's list and wall within seconds; a call for help
// is seen, answered and resolved with words that reach the officer; off duty, the officer is gone and nothing more is kept.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { exactly, open, password, picture, signIn, start } from './harness.mjs'
import { allWalk, middleOf, staff } from './staff.mjs'

let world
before(async () => { world = await start() })
after(async () => { await world?.close() })

const phone = { width: 390, height: 844 }
const onWall = (page, n) => page.waitForFunction((want) => Number(document.querySelector('.duty > b')?.textContent?.replace(',', '')) === want, n)

async function enter(page, username) {
  await page.goto(`${world.base}/m/`)
  await page.getByLabel('账号').fill(username)
  await page.getByLabel('密码', { exact: true }).fill(password)
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.getByRole('heading', { name: '今日任务' }).waitFor()
}

test('an officer goes on duty, calls for help, is answered, and leaves nothing behind after going off duty', async () => {
  const officer = await staff(world, 'officer01'), command = await staff(world, 'command')
  await allWalk(command)
  const name = officer.me.user.name
  const here = await middleOf(officer, officer.me.areas[0].code)
  const screen = await command.call('POST', '/api/v1/wall/screens', { label: '大厅', area_code: command.me.areas[0].code, days: 1 })

  const centre = await open(world)
  await signIn(centre.page, world.base, 'command')
  await centre.page.goto(`${world.base}/patrol`)
  await centre.page.locator('.person').first().waitFor()
  const row = centre.page.locator('.person').filter({ hasText: name })
  await exactly(row, 0, 'nobody off duty is listed')
  const wall = await open(world)
  await wall.page.goto(`${world.base}/screen#${screen.token}`)
  await wall.page.getByText('数据正常').waitFor()
  const there = Number((await wall.page.locator('.duty > b').textContent()).replace(',', ''))

  // On duty. The centre's page stays open all the while: what it shows comes by itself.
  const field = await open(world, { ...phone, geolocation: here, permissions: ['geolocation'] })
  await enter(field.page, 'officer01')
  await field.page.goto(`${world.base}/m/duty`)
  await field.page.getByText('步数、里程、在线时长').waitFor()
  await picture(field.page, 'duty-off')
  await field.page.getByRole('button', { name: '上岗，开始记录' }).click()
  await field.page.getByText('上岗中').first().waitFor()
  await field.context.setGeolocation({ ...here, latitude: here.latitude + 0.0003 }) // a step: what was known long before duty is not recorded
  await field.page.getByText('最近一次').waitFor()
  const said = Date.now()
  await row.waitFor()
  const waited = Date.now() - said
  assert.ok(waited < 10_000, `on the centre's list after ${waited} ms`)
  await onWall(wall.page, there + 1)
  await wall.context.close()
  await row.click()
  await centre.page.getByRole('link', { name: `看${name}的轨迹` }).waitFor()

  // Help: a short touch does nothing, two seconds do.
  const hold = field.page.getByRole('button', { name: '按住2秒求助' })
  await hold.click()
  await hold.waitFor()
  await hold.hover()
  await field.page.mouse.down()
  await field.page.getByText('求助已发出').waitFor()
  await field.page.mouse.up()
  const band = centre.page.getByRole('alert').filter({ hasText: `${name}求助` })
  await band.waitFor()
  await row.filter({ hasText: '求助' }).waitFor()
  await picture(centre.page, 'patrol-sos')
  await picture(field.page, 'duty-sos')
  await band.getByRole('button', { name: '接警' }).click()
  await band.getByText('已接警').waitFor()
  await field.page.getByText(`${command.me.user.name}已接警`).waitFor()
  await band.getByRole('button', { name: '处理完毕' }).click()
  const asked = centre.page.getByRole('dialog', { name: '求助怎样结束的？' })
  await asked.getByRole('textbox').fill('同事已到场，人员安全')
  await asked.getByRole('button', { name: '处理完毕' }).click()
  await band.waitFor({ state: 'detached' })
  await hold.waitFor()

  // Off duty: gone from the centre's list, and a position that still comes is thrown away and counted.
  await field.page.getByRole('button', { name: '下岗，停止记录' }).click()
  await field.page.getByRole('button', { name: '上岗，开始记录' }).waitFor()
  await row.waitFor({ state: 'detached' })
  const points = async () => (await officer.call('GET', '/api/v1/patrol/duty')).ended.reduce((sum, one) => sum + one.points, 0)
  const kept = await points()
  const late = await officer.call('POST', '/api/v1/patrol/points', { points: [{ at: new Date().toISOString(), lat: here.latitude, lon: here.longitude, accuracy: 8 }] })
  assert.equal(late.on_duty, false)
  assert.equal(await points(), kept, 'nothing is kept off duty')
  await exactly(row, 0, 'on the list after a late position')

  await field.page.goto(`${world.base}/m/duty/data`)
  await field.page.getByRole('img', { name: '这一天走过的路线' }).waitFor()
  await field.page.getByText(/岗外[1-9]\d*个点/).waitFor()
  await picture(field.page, 'duty-data')
  for (const one of [centre, wall, field]) assert.deepEqual(one.faults, [])
})
