// The desk of a street: a view kept, three cases taken on at once while a colleague was faster with one, an export that the district
// approves and whose file is opened, and a whistle blown from a case, answered by two departments and rated by both sides.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { ask, exactly, open, picture, signIn, start } from './harness.mjs'
import { rowsOf } from './sheet.mjs'
import { middleOf, staff } from './staff.mjs'

let world
before(async () => { world = await start() })
after(async () => { await world?.close() })

const word = '护栏松动演练'

const fresh = (desk, here, text, address) => desk.call('POST', '/api/v1/cases', { channel: 'inspection', text, lat: here.latitude, lon: here.longitude, address })

test('a view is kept, many cases are taken on at once, and an export is asked for, approved by the district and opened', async () => {
  const desk = await staff(world, 'desk01'), officer = await staff(world, 'officer01')
  const here = await middleOf(officer, officer.me.areas[0].code)
  const made = []
  for (const place of ['一号桥', '二号桥', '三号桥']) made.push(await fresh(desk, here, `${word}，${place}北侧栏杆晃动`, place))
  const { page, faults } = await open(world)
  await signIn(page, world.base, 'desk01')
  await page.goto(`${world.base}/cases?view=open`)

  // The filter becomes a view of its own, with its count.
  await page.getByRole('searchbox', { name: '在列表里找' }).fill(word)
  await page.keyboard.press('Enter')
  await page.getByText('共 3 件').waitFor()
  await page.getByRole('button', { name: '视图', exact: true }).click()
  await page.getByRole('menuitem', { name: '把现在的筛选存为视图' }).click()
  const kept = page.getByRole('dialog')
  await kept.getByLabel('名称').fill('护栏')
  await kept.getByRole('button', { name: '保存', exact: true }).click()
  await kept.waitFor({ state: 'hidden' })
  await page.goto(`${world.base}/cases`)
  await page.getByRole('navigation', { name: '视图' }).getByText('护栏').click()
  await page.getByText('共 3 件').waitFor()
  assert.match(await page.getByRole('navigation', { name: '视图' }).locator('a.on').innerText(), /护栏\s*3/)

  // All three ticked; while the preview is read a colleague takes one on.
  for (const c of made) await page.getByLabel(`选择 ${c.number}`).check()
  await page.getByRole('toolbar', { name: '对选中的事件' }).getByRole('button', { name: '受理', exact: true }).click()
  const bulk = page.getByRole('dialog')
  await bulk.getByRole('button', { name: '预览' }).click()
  await bulk.getByText('能办 3 件', { exact: true }).waitFor()
  await picture(page, 'desk-preview')
  await (await staff(world, 'command')).act(made[1].id, 'accept')
  await bulk.getByRole('button', { name: '对能办的 3 件受理' }).click()
  await bulk.getByText('办成 2 件').waitFor()
  await bulk.getByText('没办成 1 件').waitFor()
  assert.match(await bulk.locator('li').first().innerText(), new RegExp(made[1].number))
  await picture(page, 'desk-bulk')
  await bulk.getByRole('button', { name: '知道了' }).click()
  for (const c of made) assert.equal((await desk.call('GET', `/api/v1/cases/${c.id}`)).state, 'accepted')

  // While the keyboard stands on a row nothing moves under it: what is new waits behind a button.
  await page.keyboard.press('j')
  made.push(await fresh(desk, here, `${word}，四号桥北侧栏杆晃动`, '四号桥'))
  const news = page.getByRole('button', { name: '有更新，点这里刷新' })
  await news.waitFor()
  await exactly(page.getByRole('list', { name: '事件列表' }).getByRole('listitem'), 3, 'cases in the view')
  await picture(page, 'desk-fresh')
  await news.click()
  await page.getByText('共 4 件').waitFor()

  // An export: asked for here, approved there, taken here.
  await page.locator('header').filter({ hasText: '列表' }).getByRole('button', { name: '更多', exact: true }).click()
  await page.getByRole('menuitem', { name: '导出这些事件…' }).click()
  const wanted = page.getByRole('dialog')
  await wanted.getByLabel('做什么用').fill('护栏专项整治例会')
  await wanted.getByRole('button', { name: '提交审批' }).click()
  await page.waitForURL(/\/cases\/exports/)
  const mine = page.getByRole('listitem').filter({ hasText: '护栏专项整治例会' })
  await mine.getByText('待审批').waitFor()
  assert.equal(await mine.getByRole('button', { name: '同意', exact: true }).count(), 0, 'nobody approves what they asked for')

  const above = await open(world)
  await signIn(above.page, world.base, 'command')
  await above.page.goto(`${world.base}/cases/exports`)
  await ask(above.page, above.page.getByRole('listitem').filter({ hasText: '护栏专项整治例会' }).getByRole('button', { name: '同意', exact: true }))

  await page.reload()
  const [file] = await Promise.all([page.waitForEvent('download'), mine.getByRole('button', { name: '下载' }).click()])
  const [head, ...rows] = rowsOf(await readFile(await file.path()))
  assert.match(file.suggestedFilename(), /\.xlsx$/)
  assert.equal(head.at(-1), '水印')
  assert.deepEqual(rows.map((r) => r[head.indexOf('编号')]).sort(), made.map((c) => c.number).sort())
  for (const r of rows) {
    assert.match(r.at(-1), /用途：护栏专项整治例会/)
    assert.match(r.at(-1), new RegExp(desk.me.user.name))
  }
  await mine.getByText('下载 1 次').click()
  await mine.getByText(/4 行/).waitFor()
  await picture(page, 'desk-export')
  assert.deepEqual([...faults, ...above.faults], [])
})

test('a whistle is blown from a case, answered by two departments, accepted, and rated by both sides', async () => {
  const desk = await staff(world, 'desk01'), officer = await staff(world, 'officer01'), water = await staff(world, 'water_affairs')
  const drains = await staff(world, 'drainage')
  const here = await middleOf(officer, officer.me.areas[0].code)
  const c = await fresh(desk, here, '小区门口雨后积水到小腿，管道和河道都要看', '北门外')
  await desk.act(c.id, 'file', { category: '140103' })

  const seat = await open(world)
  await signIn(seat.page, world.base, 'desk01')
  await seat.page.goto(`${world.base}/cases/${c.id}`)
  await seat.page.locator('article header').getByRole('button', { name: '更多', exact: true }).click()
  await seat.page.getByRole('menuitem', { name: '吹哨', exact: true }).click()
  const draft = seat.page.getByRole('dialog')
  await draft.getByLabel('事由和已做的工作').fill('雨后积水，社区抽排三次，隔天又积')
  await draft.getByLabel('为什么街道单独解决不了').fill('管道归排水，河道水位归水务，街道都没有权限')
  await draft.getByRole('button', { name: '再叫一个部门' }).click() // from here on no proposal of the list replaces the rows
  while (await draft.getByRole('button', { name: '去掉' }).count() > 2) await draft.getByRole('button', { name: '去掉' }).first().click()
  for (const [i, [unit, task]] of [[drains, '疏通并检测主管'], [water, '核定河道顶托影响']].entries()) {
    const name = unit.me.user.unit.name
    const box = draft.getByRole('combobox').nth(i)
    await box.click()
    await box.fill(name)
    await seat.page.getByRole('option', { name, exact: true }).first().click()
    await draft.getByLabel('请它做什么').nth(i).fill(task)
  }
  await picture(seat.page, 'whistle-draft')
  await draft.getByRole('button', { name: '存为草稿' }).click()
  await seat.page.waitForURL(/\/whistles\/[\w-]+$/)
  const id = seat.page.url().split('/').at(-1)
  await ask(seat.page, seat.page.getByRole('button', { name: '核对后报领导' }), (d) => d.getByLabel('对照责任清单看到什么').fill('清单有牵头单位，要两家同时到场'))

  const lead = await open(world)
  await signIn(lead.page, world.base, 'secretary01')
  await lead.page.goto(`${world.base}/whistles/${id}`)
  await ask(lead.page, lead.page.getByRole('button', { name: '同意吹哨' }))
  await seat.page.reload()
  await ask(seat.page, seat.page.getByRole('button', { name: '吹哨', exact: true }))

  // The first department answers on its page, step by step.
  const clerk = await open(world)
  await signIn(clerk.page, world.base, 'drainage')
  await clerk.page.goto(`${world.base}/whistles`)
  await clerk.page.getByText('北门外').or(clerk.page.getByText('积水')).first().click()
  await clerk.page.waitForURL(new RegExp(id))
  const card = (p, unit) => p.locator('section.call').filter({ hasText: unit === drains ? '疏通并检测主管' : '核定河道顶托影响' })
  const step = (p, unit, name, fill) => ask(p, card(p, unit).getByRole('button', { name, exact: true }), fill)
  const soon = new Date(Date.now() + 3 * 86400e3).toISOString().slice(0, 10)
  await step(clerk.page, drains, '签收')
  await step(clerk.page, drains, '已联系街道', (d) => d.getByLabel('和街道谁联系了、说定什么').fill('与街道城管办通话，下午到场'))
  await step(clerk.page, drains, '报到', (d) => d.getByLabel('谁来了').fill('业务科室负责人'))
  await step(clerk.page, drains, '承诺事项', async (d) => { await d.getByLabel('承诺做什么').fill('更换堵塞管段'); await d.getByLabel('完成日期').fill(soon) })
  await picture(clerk.page, 'whistle-answer')
  await step(clerk.page, drains, '办完，请验收', (d) => d.getByLabel('做了什么').fill('管段已更换，试水通畅'))

  // The second one from its own desk, the same way.
  const call = async (action, body = {}) => {
    const w = await water.call('GET', `/api/v1/whistles/${id}`)
    const own = w.calls.find((k) => k.unit_id === water.me.user.unit.id)
    return water.call('POST', `/api/v1/whistles/${id}/calls/${own.id}/actions/${action}`, { version: own.version, ...body })
  }
  await call('sign')
  await call('contact', { note: '已约定现场时间' })
  await call('report', { came: '河道科负责人' })
  await call('commit', { commitments: [{ task: '核定水位', due: `${soon}T09:30:00Z` }] })
  await call('done', { outcome: '水位不顶托，无须调整' })

  await seat.page.reload()
  for (const unit of [drains, water]) await step(seat.page, unit, '验收通过', (d) => d.getByLabel('验收意见').fill('现场看过，属实'))
  await ask(seat.page, seat.page.getByRole('button', { name: '销哨' }), (d) => d.getByLabel('事情办成什么样了').fill('管段更换，两次试水未再积水'))

  // Both sides rate; what each said is read when both have.
  const rate = (p, unit, words) => ask(p, card(p, unit).getByRole('button', { name: '评哨', exact: true }), async (d) => {
    for (const [i, star] of [5, 4, 5].entries()) await d.getByRole('group').nth(i).getByText(String(star), { exact: true }).click()
    await d.getByLabel('说明').fill(words)
  }, '提交评价')
  await rate(seat.page, drains, '到场快，说到做到')
  await exactly(card(seat.page, drains).getByText('到场快，说到做到'), 1, 'the street reads its own words')
  await clerk.page.reload()
  await card(clerk.page, drains).getByRole('button', { name: '评哨', exact: true }).waitFor()
  assert.equal(await card(clerk.page, drains).getByText('到场快，说到做到').count(), 0, 'not before the department has rated')
  await rate(clerk.page, drains, '街道把情况讲得清楚')
  await card(clerk.page, drains).getByText('到场快，说到做到').waitFor()
  await picture(clerk.page, 'whistle-rated')
  const end = await desk.call('GET', `/api/v1/whistles/${id}`)
  assert.equal(end.state, 'closed')
  assert.deepEqual(end.calls.map((k) => k.state), ['accepted', 'accepted'])
  assert.deepEqual([...seat.faults, ...lead.faults, ...clerk.faults], [])
})
