// A whistle to its last turn: blown by a street, one department refuses and is bound by the district, a session on the spot is called, the
// other promises two tasks and ends each by itself, the street returns one of them only, and the list leaves as a workbook.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { ask, exactly, open, picture, signIn, start } from './harness.mjs'
import { rowsOf } from './sheet.mjs'
import { middleOf, staff } from './staff.mjs'

let world
before(async () => { world = await start() })
after(async () => { await world?.close() })

/** A day from today as a date field takes it, in the time of the place. */
const day = (n) => new Date(Date.now() + n * 86400e3).toLocaleDateString('sv-SE', { timeZone: 'Asia/Shanghai' })

/** A page of somebody at the whistle. */
async function seat(username, id) {
  const one = await open(world)
  await signIn(one.page, world.base, username)
  await one.page.goto(`${world.base}/whistles/${id}`)
  await one.page.locator('section.call').first().waitFor()
  const card = (task) => one.page.locator('section.call').filter({ hasText: task })
  const step = (task, name, fill) => ask(one.page, card(task).getByRole('button', { name, exact: true }), fill)
  return { ...one, card, step }
}

/** A pushing whistle for the case, drafted, checked and approved; the street blows it on its page. */
async function approved(desk, units) {
  const officer = await staff(world, 'officer01'), lead = await staff(world, 'secretary01')
  const here = await middleOf(officer, officer.me.areas[0].code)
  const c = await desk.call('POST', '/api/v1/cases', { channel: 'inspection', text: '下穿通道一下雨就积水，泵站和河道都要看', lat: here.latitude, lon: here.longitude, address: '下穿通道' })
  await desk.act(c.id, 'file', { category: '140103' })
  let w = await desk.call('POST', '/api/v1/whistles', { case_id: c.id, kind: 'push', title: '下穿通道积水', matter: '社区抽排五次', reason: '泵站归排水，河道归水务', calls: units })
  w = await desk.call('POST', `/api/v1/whistles/${w.id}/actions/check`, { version: w.version, note: '清单有牵头，要两家到场' })
  return lead.call('POST', `/api/v1/whistles/${w.id}/actions/approve`, { version: w.version })
}

test('a refusal is bound, promises end one by one, one of them is returned, and the list is taken as a workbook', async () => {
  const desk = await staff(world, 'desk01'), drains = await staff(world, 'drainage'), water = await staff(world, 'water_affairs')
  const [pumps, river] = ['检修泵站并清掏雨水口', '核定河道水位']
  const w = await approved(desk, [{ unit: drains.me.user.unit.id, task: pumps }, { unit: water.me.user.unit.id, task: river }])
  const street = await seat('desk01', w.id)
  await ask(street.page, street.page.getByRole('button', { name: '吹哨', exact: true }))

  // The water office says it is not its matter; the district's centre, which is no party, binds it.
  const clerk = await seat('water_affairs', w.id)
  await clerk.step(river, '退哨', (d) => d.getByLabel('退哨理由和依据').fill('通道不在河道管理范围'))
  await clerk.card(river).getByText('退哨待裁定').waitFor()
  const centre = await seat('command', w.id)
  await centre.step(river, '裁定应哨', (d) => d.getByLabel('裁定理由').fill('水位顶托与积水有关，应到场核定'))
  await clerk.card(river).getByText('裁定应哨').first().waitFor() // by the stream, nobody reloads
  await exactly(clerk.card(river).getByRole('button', { name: '退哨', exact: true }), 0, 'what binds is not refused again')
  await picture(clerk.page, 'whistle-bound')

  // A session on the spot, to which both are invited.
  await ask(street.page, street.page.getByRole('button', { name: '约现场会商' }), async (d) => {
    await d.getByLabel('时间').fill(`${day(2)}T10:00`)
    await d.getByLabel('地点').fill('下穿通道北口')
  }, '发出邀请')
  await clerk.page.getByText('下穿通道北口').first().waitFor()

  // Two promises with dates of their own; the nearer one ends first, the last one hands the work over.
  const works = await seat('drainage', w.id)
  await works.step(pumps, '签收')
  await works.step(pumps, '报到', (d) => d.getByLabel('谁来了').fill('排水科科长'))
  await works.step(pumps, '承诺事项', async (d) => {
    await d.getByRole('button', { name: '再加一项' }).click()
    for (const [i, [task, n]] of [['清掏雨水口', 1], ['检修泵站', 6]].entries()) {
      await d.getByLabel('承诺做什么').nth(i).fill(task)
      await d.getByLabel('完成日期').nth(i).fill(day(n))
    }
  })
  await exactly(works.card(pumps).getByRole('button', { name: '办完，请验收', exact: true }), 0, 'nothing is handed over while two tasks are open')
  await picture(works.page, 'whistle-promises')
  await ask(works.page, works.page.getByRole('button', { name: '办完：清掏雨水口' }), (d) => d.getByLabel('做了什么').fill('十二个雨水口已清掏'), '办完这项')
  await works.card(pumps).locator('li.on').filter({ hasText: '十二个雨水口已清掏' }).waitFor()
  await works.step(pumps, '办完，请验收', (d) => d.getByLabel('做了什么').fill('两台泵已检修'))

  // The street looks: the pumps stand again, the drains do not.
  await street.step(pumps, '退回重办', async (d) => {
    await d.getByLabel('哪里没有办好').fill('北口两个雨水口仍堵')
    await d.getByLabel('检修泵站').uncheck()
    await d.getByLabel('重办期限').fill(day(3))
  })
  const open1 = works.card(pumps).locator('.promises li:not(.on)')
  await exactly(open1, 1, 'promised tasks that came back')
  assert.match(await open1.innerText(), /清掏雨水口[\s\S]*退回 1 次/)
  await works.step(pumps, '办完，请验收', (d) => d.getByLabel('做了什么').fill('北口已疏通'))
  await street.step(pumps, '验收通过')
  await picture(street.page, 'whistle-promises-kept')
  const call = (await desk.call('GET', `/api/v1/whistles/${w.id}`)).calls.find((c) => c.unit_id === drains.me.user.unit.id)
  assert.equal(call.state, 'accepted')
  assert.deepEqual(call.clocks.filter((k) => k.kind === 'work').map((k) => [k.promise, k.outcome]), [[1, 'met'], [2, 'met'], [1, 'met']])

  // The list leaves as a workbook, a row for every called unit.
  await street.page.goto(`${world.base}/whistles?view=all`)
  const [file] = await Promise.all([street.page.waitForEvent('download'), street.page.getByRole('link', { name: '导出' }).click()])
  const [head, ...rows] = rowsOf(await readFile(await file.path()))
  const own = rows.filter((r) => r[head.indexOf('编号')] === w.number)
  assert.equal(own.length, 2)
  const row = own.find((r) => r[head.indexOf('任务')] === pumps)
  assert.deepEqual(['承诺事项', '已办结', '退回次数', '应哨状态'].map((k) => row[head.indexOf(k)]), ['2', '2', '1', '已验收'])
  assert.match(row[head.indexOf('水印')], new RegExp(desk.me.user.name))
  assert.deepEqual([street, clerk, centre, works].flatMap((p) => p.faults), [])
})

test('a district sets limits of its own with a reason, and a whistle says which version it runs by', async () => {
  const { page, faults } = await open(world)
  await signIn(page, world.base, 'command')
  await page.goto(`${world.base}/whistles/limits`)
  await page.getByRole('row', { name: /^报到/ }).locator('button.edit').first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('时限').first().fill('2')
  await dialog.getByLabel('依据').fill('区吹哨报到办法（试行）')
  await dialog.getByLabel('为什么调整').fill('汛期提速')
  await dialog.getByRole('button', { name: '发布第2版' }).click()
  await dialog.waitFor({ state: 'hidden' })
  await page.getByText('汛期提速').first().waitFor()
  await picture(page, 'whistle-limits')
  assert.deepEqual(faults, [])

  const desk = await staff(world, 'desk01'), drains = await staff(world, 'drainage')
  const w = await approved(desk, [{ unit: drains.me.user.unit.id, task: '检修泵站' }])
  await desk.call('POST', `/api/v1/whistles/${w.id}/actions/blow`, { version: w.version })
  const [call] = (await desk.call('GET', `/api/v1/whistles/${w.id}`)).calls
  const report = call.clocks.find((k) => k.kind === 'report')
  assert.match(report.limit, /^2 /)
  assert.match(report.why[0], /区吹哨报到办法（试行）（时限标准第2版）/)
})
