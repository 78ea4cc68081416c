// Rounds: what was seen of a street and what nobody saw, a plan that becomes tasks, the officer's tasks on the phone, and the track of an
// officer replayed after a reason was given.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { open, picture, scene, signIn, start, password } from './harness.mjs'
import { staff } from './staff.mjs'

let world
before(async () => { world = await start() }, { timeout: 300_000 })
after(() => world?.close())

test('coverage leads from a street to the places of a community', async () => {
  const { page, context, faults } = await open(world)
  await signIn(page, world.base, 'command')
  await page.goto(`${world.base}/rounds`)
  await page.getByText('巡到的点', { exact: true }).first().waitFor()
  await picture(page, 'rounds-coverage')
  await page.locator('table button.lk').first().click()
  await page.getByRole('button', { name: '上一级' }).waitFor()
  for (let n = 0; n < 2 && !(await page.locator('ul.list li').count()); n++) {
    await page.locator('table button.lk, ul.list li').first().waitFor()
    const deeper = page.locator('table button.lk').first()
    if (await deeper.count()) await deeper.click()
  }
  await page.locator('ul.list li').first().waitFor()
  assert.deepEqual(faults, [])
  await context.close()
})

test('a plan becomes tasks of its grids', async () => {
  const { page, context, faults } = await open(world)
  await signIn(page, world.base, 'command')
  await page.goto(`${world.base}/rounds/tasks`)
  await page.getByRole('button', { name: '楼栋日巡' }).waitFor()
  await page.getByRole('button', { name: '新建计划' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('名称').fill('健身角日查')
  await dialog.getByLabel('公共设施').check()
  await dialog.getByLabel('从', { exact: true }).fill('00:00') // else today's hours may be over, or not begun
  await dialog.getByLabel('到', { exact: true }).fill('23:59')
  await dialog.getByRole('button', { name: '建立并派发' }).click()
  await page.getByRole('button', { name: '健身角日查' }).click()
  await page.locator('tr.task').first().waitFor()
  await picture(page, 'rounds-tasks')
  assert.deepEqual(faults, [])
  await context.close()
})

test('the officer sees the places on the phone', async () => {
  const { page, context, faults } = await open(world, { width: 390, height: 844 })
  await page.goto(`${world.base}/m/sign-in`)
  await page.getByLabel('账号').fill('officer01')
  await page.getByLabel('密码', { exact: true }).fill(password)
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.getByRole('link', { name: /巡查任务/ }).click()
  await page.getByRole('heading', { name: '巡查任务' }).waitFor()
  await page.locator('.task').first().waitFor()
  await picture(page, 'rounds-officer')
  assert.deepEqual(faults, [])
  await context.close()
})

test('a place is photographed without a network and arrives by itself', async () => {
  const me = await staff(world, 'officer01')
  const task = (await me.call('GET', '/api/v1/rounds/mine')).items.find((one) => one.state === 'open')
  const stop = task.stops.find((one) => !one.how)
  const { page, context, faults } = await open(world, { width: 390, height: 844, permissions: ['geolocation'], geolocation: { latitude: stop.lat, longitude: stop.lon, accuracy: 6 } })
  await page.goto(`${world.base}/m/sign-in`)
  await page.getByLabel('账号').fill('officer01')
  await page.getByLabel('密码', { exact: true }).fill(password)
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.getByRole('link', { name: /巡查任务/ }).click()
  await page.getByRole('button', { name: `${stop.name}：拍照或说明` }).first().waitFor()
  await context.setOffline(true)
  await page.getByRole('button', { name: `${stop.name}：拍照或说明` }).first().click()
  await page.locator('input[type=file]').first().setInputFiles({ name: 'spot.png', mimeType: 'image/png', buffer: await scene(world, true) })
  await page.getByText(/^等网络/).first().waitFor()
  await picture(page, 'rounds-offline')
  assert.equal((await me.call('GET', '/api/v1/rounds/mine')).items.find((one) => one.id === task.id).seen, task.seen, 'nothing was sent')
  await context.setOffline(false)
  await page.getByText(/^拍照 · /).first().waitFor()
  const now = (await me.call('GET', '/api/v1/rounds/mine')).items.find((one) => one.id === task.id)
  assert.equal(now.stops.find((one) => one.id === stop.id).how, 'photo')
  assert.equal(now.seen, task.seen + 1, 'once')
  assert.deepEqual(faults, [])
  await context.close()
})

test('a track is replayed after a reason was given', async () => {
  const { page, context, faults } = await open(world)
  await signIn(page, world.base, 'command')
  const { who, day } = await longest(page)
  await page.goto(`${world.base}/patrol/tracks/${who.officer_id}?name=${encodeURIComponent(who.officer_name)}`)
  const ask = page.getByRole('button', { name: '查看轨迹' })
  await ask.waitFor()
  assert.equal(await ask.isDisabled(), true)
  await page.getByLabel('日期').fill(day)
  await page.getByLabel('为什么要看').fill('核实到场时间')
  await ask.click()
  await page.getByRole('button', { name: '播放' }).waitFor()
  await page.locator('ul.rows li').first().waitFor()
  await page.getByRole('button', { name: '播放' }).click()
  await page.getByRole('button', { name: '暂停' }).waitFor()
  await picture(page, 'rounds-replay')
  assert.deepEqual(faults, [])
  await context.close()
})

/** Whoever has the longest track of the last two days, and its day in Nanjing: of today there are only minutes until the morning. */
async function longest(page) {
  const sessions = await page.evaluate(async () => {
    const at = (hours) => encodeURIComponent(new Date(Date.now() - hours * 3_600_000).toISOString())
    return (await (await fetch(`/api/v1/patrol/sessions?from=${at(48)}&to=${at(0)}&limit=50`)).json()).items
  })
  const one = sessions.reduce((most, s) => (s.points > most.points ? s : most))
  assert.ok(one.points > 100, `a long track, not ${one.points}`)
  return { who: one, day: new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(new Date(one.on_at)) }
}
