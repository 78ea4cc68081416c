// The loop: a resident's sentence about a lamp is sorted, merged, issued, answered, done with photos, verified by
// another unit, told and published; a visitor sees it with both photos. And journey 6: the inspector follows a figure
// to the items behind it, verifies the audit chain and finds who read what.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { open, picture, scene, signIn, start } from './harness.mjs'
import { act, release } from './items.mjs'

let world
before(async () => { world = await start() })
after(async () => { await world?.close() })

const sentence = '蓝天园小区北门路灯坏了三个月，晚上看不清台阶'

/** Waits until the outbox has carried the imported comment over to the reverse list. */
const arrived = async (page, wave) => {
  for (let i = 0; i < 60; i++) {
    const { items } = await (await page.request.get(`${world.base}/api/v1/comments?wave=${wave}&state=open&limit=200`)).json()
    if (items.some((c) => c.text.includes('路灯坏了三个月'))) return
    await page.waitForTimeout(250)
  }
  throw new Error('the comment did not reach the reverse list')
}

/** Who may act for a unit, as the evaluation lead can look it up. */
const accountOf = async (page, unit) => {
  const answer = await page.request.get(`${world.base}/api/v1/users?unit=${unit}&limit=5`)
  const { items } = await answer.json()
  return items[0].username
}

test('a comment becomes an item, is solved, verified by another unit and published', async () => {
  const file = join(world.data, 'one.csv')
  const scale = ['A1-1', 'A1-2', 'A2-1', 'B1-1', 'B1-2', 'B2-1', 'B2-2', 'B3-1', 'B3-2', 'C1-1', 'C1-2', 'C2-1', 'C2-2', 'C3-1', 'D1-1', 'D1-2', 'D2-1']
  writeFileSync(file, [['受访编号', '渠道', '街道', '对象', ...scale, 'Q-ALL', 'Q-REVT'], ['LAMP1', '线上', '凤凰街道', '中青年', ...scale.map(() => '2'), '2', sentence]].map((r) => r.join(',')).join('\n'))
  const imported = world.run('survey', 'import', '2026H2', file)
  assert.equal(imported.status, 0, imported.stderr)

  const lead = await open(world)
  await signIn(lead.page, world.base, 'lead')
  const wave = (await (await lead.page.request.get(`${world.base}/api/v1/waves`)).json()).items.find((w) => w.code === '2026H2')
  await arrived(lead.page, wave.id)
  await lead.page.goto(`${world.base}/rectify/coding?wave=${wave.id}`)
  await lead.page.getByRole('heading', { name: '意见归类' }).waitFor()
  await lead.page.locator('blockquote').first().waitFor()
  await lead.page.getByLabel('在原话里找').fill('路灯坏了三个月')
  await lead.page.getByLabel('在原话里找').press('Enter')
  await lead.page.locator('blockquote', { hasText: sentence }).waitFor()
  await lead.page.getByLabel('在原话里找').blur()
  await picture(lead.page, 'coding')
  if (!(await lead.page.getByRole('button', { name: /确认并合并成事项/ }).isEnabled())) await lead.page.keyboard.press('1')
  await lead.page.getByRole('button', { name: /确认并合并成事项/ }).click()
  const dialog = lead.page.getByRole('dialog')
  await dialog.getByLabel('问题').fill('蓝天园小区北门路灯坏了三个月')
  await dialog.getByLabel('地点').fill('蓝天园小区北门')
  await dialog.getByRole('button', { name: '新开一项' }).click()
  await dialog.waitFor({ state: 'hidden' })

  await lead.page.goto(`${world.base}/rectify?wave=${wave.id}`)
  await lead.page.getByText('路灯坏了三个月').first().click()
  await lead.page.getByRole('heading', { name: /路灯坏了三个月/ }).waitFor()
  const id = lead.page.url().split('/').pop()
  await act(lead.page, '确认责任单位')
  await act(lead.page, '下发')
  const item = await (await lead.page.request.get(`${world.base}/api/v1/rectifications/${id}`)).json()
  assert.ok(item.due_at, 'an issued item has a deadline')

  const clerk = await open(world)
  await signIn(clerk.page, world.base, await accountOf(lead.page, item.lead.id))
  await clerk.page.getByText('路灯坏了三个月').first().waitFor() // it waits under 我的待办
  await clerk.page.goto(`${world.base}/rectify/items/${id}`)
  await act(clerk.page, '提交答复', async (d) => {
    await d.getByLabel('整改措施').fill('更换灯头并检查线路')
    await d.getByLabel('承诺完成日期').fill('2030-01-01')
  })
  await act(clerk.page, '开始整改')
  for (const [side, name] of [['上传整改前照片', 'before.png'], ['上传整改后照片', 'after.png']]) {
    const [chooser] = await Promise.all([clerk.page.waitForEvent('filechooser'), clerk.page.getByRole('button', { name: side }).click()])
    await chooser.setFiles({ name, mimeType: 'image/png', buffer: await scene(world, name === 'after.png') })
    await clerk.page.getByText('照片已上传').last().waitFor()
  }
  await act(clerk.page, '报整改完成', async (d) => {
    await d.getByLabel('办理结果').selectOption({ label: '已解决' })
    await d.getByLabel('做了什么').fill('换了灯头和一段线，晚上已亮')
  })
  const { version } = await (await clerk.page.request.get(`${world.base}/api/v1/rectifications/${id}`)).json()
  const verifying = await clerk.page.request.post(`${world.base}/api/v1/rectifications/${id}/actions/verify`, { data: { version, note: '自己查自己' } })
  assert.equal(verifying.status(), 403, 'who handled cannot verify')

  const verifier = await open(world)
  await signIn(verifier.page, world.base, 'verifier')
  await verifier.page.goto(`${world.base}/rectify/items/${id}`)
  await act(verifier.page, '核查通过', async (d) => { await d.getByLabel('现场核查情况').fill('当晚到现场，灯亮') })

  await lead.page.reload()
  await act(lead.page, '告知反映人', async (d) => { await d.getByLabel('给居民的答复').fill('路灯已换好，谢谢您告诉我们。') })
  const editor = await open(world)
  await signIn(editor.page, world.base, 'editor')
  await release(world, id, editor.page, lead.page)
  await lead.page.goto(`${world.base}/rectify/items/${id}`)
  await lead.page.getByText('已公示').first().waitFor()
  await picture(lead.page, 'item-published')

  const visitor = await open(world, { width: 390, height: 844 })
  const listed = await visitor.page.request.get(`${world.base}/api/v1/public/rectifications?wave=${wave.id}`)
  const published = (await listed.json()).items.find((i) => i.title.includes('路灯坏了三个月'))
  assert.equal(published.photos.length, 2)
  await visitor.page.goto(`${world.base}/p/`)
  await picture(visitor.page, 'public')
  for (const w of [lead, clerk, verifier, editor, visitor]) assert.deepEqual(w.faults, [])
})

test('the inspector follows a figure to its list, verifies the chain and sees who read the trail', async () => {
  const leader = await open(world)
  await signIn(leader.page, world.base, 'lead')
  await leader.page.goto(`${world.base}/appraisal`)
  await leader.page.getByRole('link', { name: '看成绩' }).first().click()
  const row = leader.page.getByRole('table', { name: '街道成绩' }).getByRole('row').filter({ hasText: '凤凰' })
  await row.click()
  await leader.page.getByText('是怎么算的').first().waitFor()
  await leader.page.goto(`${world.base}/rectify`)
  const station = leader.page.getByRole('region', { name: '整改落实' })
  const passed = Number((await station.locator('a.value').innerText()).match(/[\d,]+/)[0].replace(/,/g, ''))
  await station.locator('a.value').click()
  await leader.page.waitForURL(/set=passed/)
  const answer = await leader.page.request.get(`${world.base}/api/v1/rectifications?wave=${new URL(leader.page.url()).searchParams.get('wave')}&set=passed&limit=1`)
  assert.equal((await answer.json()).total, passed, 'the figure is the length of the list that it opens')

  const inspector = await open(world)
  await signIn(inspector.page, world.base, 'auditor')
  await inspector.page.goto(`${world.base}/admin/audit`)
  await inspector.page.getByRole('button', { name: '核对整条链' }).click()
  await inspector.page.getByText(/完整，.*条全部对得上/).waitFor()
  await inspector.page.getByLabel('动作').fill('rectify.publish')
  await inspector.page.getByLabel('动作').press('Enter')
  await inspector.page.getByText('rectify.publish').first().waitFor()
  await picture(inspector.page, 'audit')
  await inspector.page.getByLabel('动作').fill('audit.read')
  await inspector.page.getByLabel('动作').press('Enter')
  await inspector.page.getByText('audit.read').first().waitFor()
  const forbidden = await inspector.page.request.get(`${world.base}/api/v1/rectifications`)
  assert.equal(forbidden.status(), 403, 'an auditor sees the trail, not the business')
  const verified = world.run('audit', 'verify')
  assert.equal(verified.status, 0, verified.stderr)
  for (const w of [leader, inspector]) assert.deepEqual(w.faults, [])
})
