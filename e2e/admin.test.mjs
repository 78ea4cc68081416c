// The administrators, each with a part: the security administrator makes a role and sets the policy, the system
// administrator asks for a post with the role, the security administrator grants it, and its holder sees exactly that.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { open, picture, signIn, start } from './harness.mjs'

let world
before(async () => { world = await start() })
after(async () => { await world?.close() })

const shown = (page) => page.getByRole('navigation', { name: '主导航' }).getByRole('link').allInnerTexts().then((all) => all.map((words) => words.trim()))

/** A page of somebody who signed in, with the faults it meets. */
async function as(username) {
  const opened = await open(world)
  await signIn(opened.page, world.base, username)
  return opened
}

test('a role is made, a post with it asked for and granted, and its holder sees exactly that', async () => {
  const security = await as('security')
  await security.page.goto(`${world.base}/admin/roles`)
  await security.page.getByRole('button', { name: '新建角色' }).click()
  const role = security.page.getByRole('dialog')
  await role.getByLabel('名称').fill('成绩观察员')
  await role.getByLabel('代码').fill('score_reader')
  await role.getByLabel('看成绩').check()
  await role.getByLabel('看审计日志').check()
  await role.getByText('管理员角色不能有：看成绩').waitFor()
  assert.equal(await role.getByRole('button', { name: '保存' }).isDisabled(), true, 'a duty and business do not meet in one role')
  await role.getByLabel('看审计日志').uncheck()
  await role.getByLabel('看考评').check()
  await role.getByLabel('看区域与网格').check()
  await picture(security.page, 'admin-role')
  await role.getByRole('button', { name: '保存' }).click()
  await role.waitFor({ state: 'hidden' })
  await security.page.getByRole('complementary', { name: '成绩观察员' }).getByText('appraisal.read').waitFor()

  const admin = await as('admin')
  await admin.page.goto(`${world.base}/admin/roles`)
  await admin.page.getByText('成绩观察员').waitFor()
  assert.equal(await admin.page.getByRole('button', { name: '新建角色' }).count(), 0, 'only the security administrator makes roles')
  await admin.page.goto(`${world.base}/admin/users`)
  await admin.page.getByRole('button', { name: '新建账号' }).click()
  const account = admin.page.getByRole('dialog')
  await account.getByLabel('账号').fill('observer')
  await account.getByLabel('姓名').fill('何观澜')
  await account.getByLabel('临时密码').fill('Observe-2026-first')
  await account.locator('.el-select').click()
  await admin.page.getByRole('listbox').getByRole('option').first().click()
  await account.getByRole('button', { name: '新建账号' }).click()
  await account.waitFor({ state: 'hidden' })
  await admin.page.getByRole('button', { name: '申请岗位' }).click()
  const post = admin.page.getByRole('dialog')
  await post.getByLabel('角色').selectOption('score_reader')
  await post.getByLabel('管辖范围').fill('320106')
  await post.getByRole('button', { name: '申请岗位' }).click()
  await post.waitFor({ state: 'hidden' })

  await security.page.goto(`${world.base}/admin/posts`)
  const asked = security.page.getByRole('row').filter({ hasText: '何观澜' })
  await asked.getByRole('button', { name: '批准', exact: true }).click()
  await asked.waitFor({ state: 'hidden' })

  const holder = await open(world)
  await holder.page.goto(`${world.base}/`)
  await holder.page.getByLabel('账号').fill('observer')
  await holder.page.getByLabel('密码', { exact: true }).fill('Observe-2026-first')
  await holder.page.getByRole('button', { name: '登录', exact: true }).click()
  await holder.page.getByLabel('现在的密码').fill('Observe-2026-first')
  await holder.page.getByLabel('新密码', { exact: true }).fill('Observe-2026-second')
  await holder.page.getByLabel('再输入一次新密码').fill('Observe-2026-second')
  await holder.page.getByRole('button', { name: '更换密码' }).click()
  await holder.page.getByRole('link', { name: '考评' }).first().waitFor()
  const me = await (await holder.page.request.get(`${world.base}/api/v1/session`)).json()
  assert.deepEqual([...me.permissions].sort(), ['appraisal.read', 'region.read', 'survey.read'])
  const menu = await shown(holder.page)
  for (const absent of ['反向清单', '管理']) assert.ok(!menu.includes(absent), `${absent} in ${menu}`)
  await holder.page.goto(`${world.base}/appraisal`)
  await holder.page.getByText('2026年上半年满意度考评').first().waitFor()
  assert.equal(await holder.page.getByRole('link', { name: '新建考评' }).count(), 0)
  assert.equal((await holder.page.request.get(`${world.base}/api/v1/rectifications`)).status(), 403)
  assert.equal((await holder.page.request.get(`${world.base}/api/v1/roles`)).status(), 403)
  await picture(holder.page, 'admin-holder')
  assert.deepEqual([...security.faults, ...admin.faults, ...holder.faults], [])
})

test('the policy refuses nonsense, says who was faster and is read-only for others', async () => {
  const first = await as('security')
  const second = await as('security')
  for (const { page } of [first, second]) await page.goto(`${world.base}/admin/policy`)
  const failures = first.page.getByLabel('连续输错')
  const save = first.page.getByRole('button', { name: '保存' })
  for (const nonsense of ['99', '-1', '3.5', '']) {
    await failures.fill(nonsense)
    await first.page.getByText('应是 3 至 10 的整数。').waitFor()
    assert.equal(await save.isDisabled(), true, `${nonsense} may not be saved`)
  }
  const csrf = (await (await first.page.request.get(`${world.base}/api/v1/session`)).json()).csrf_token
  const policy = await (await first.page.request.get(`${world.base}/api/v1/security/policy`)).json()
  const refused = await first.page.request.put(`${world.base}/api/v1/security/policy`, { data: { ...policy, lock_failures: 99 }, headers: { 'X-CSRF-Token': csrf } })
  assert.equal(refused.status(), 422)

  await failures.fill('4')
  await save.click()
  await first.page.getByText('已保存，几秒内对所有人生效').waitFor()
  await second.page.getByLabel('锁定时长').fill('20')
  await second.page.getByRole('button', { name: '保存' }).click()
  await second.page.getByText('您打开之后，别人改过了').waitFor()
  await second.page.getByRole('alert').getByText('4 次').waitFor()
  await picture(second.page, 'admin-policy-conflict')
  await second.page.getByRole('button', { name: '换成最新内容' }).click()
  await second.page.getByLabel('锁定时长').fill('20')
  await second.page.getByRole('button', { name: '保存' }).click()
  await second.page.getByText('已保存，几秒内对所有人生效').waitFor()
  const stored = await (await second.page.request.get(`${world.base}/api/v1/security/policy`)).json()
  assert.deepEqual([stored.lock_failures, stored.lock_minutes], [4, 20])

  const admin = await as('admin')
  await admin.page.goto(`${world.base}/admin/policy`)
  await admin.page.getByText('只有安全管理员可以修改。').waitFor()
  assert.equal(await admin.page.getByLabel('锁定时长').isDisabled(), true)
  assert.equal(await admin.page.getByRole('button', { name: '保存' }).count(), 0)
  assert.deepEqual([...first.faults, ...second.faults, ...admin.faults], [])
})

/** The ring of a grid cut along the line from its first corner to the one across, as two features. */
const cut = (page, code, lost) => page.evaluate(async ([within, skip]) => {
  const { features } = await (await fetch(`/api/v1/regions.geojson?level=grid&kind=composite&within=${within}`)).json()
  const { type, coordinates } = features[0].geometry
  const ring = (type === 'Polygon' ? coordinates : coordinates[0])[0].slice(0, -1)
  const across = Math.floor(ring.length / 2)
  const feature = (corners, name) => ({ type: 'Feature', properties: { name, households: 200 }, geometry: { type: 'Polygon', coordinates: [[...corners, corners[0]]] } })
  return JSON.stringify({ type: 'FeatureCollection', features: [feature(ring.slice(0, across + 1), '东片网格'), feature([...ring.slice(across + skip), ring[0]], '西片网格')] })
}, [code, lost])

test('a grid is renamed, given an alias and split; the old code leads to the new ones', async () => {
  const { page, faults } = await as('lead')
  const grid = '320106007001G002'
  await page.goto(`${world.base}/regions/${grid}`)
  await page.getByRole('button', { name: '修改', exact: true }).click()
  await page.getByRole('dialog').getByLabel('名称').fill('莫愁新寓南网格')
  await page.getByRole('dialog').getByRole('button', { name: '保存' }).click()
  await page.getByRole('heading', { name: '莫愁新寓南网格' }).waitFor()

  await page.getByRole('button', { name: '别名', exact: true }).click()
  const alias = page.getByRole('dialog')
  await alias.getByLabel('哪套编码').fill('公安')
  await alias.getByLabel('编码', { exact: false }).last().fill('GA-0217')
  await alias.getByRole('button', { name: '加上' }).click()
  await alias.getByRole('listitem').filter({ hasText: 'GA-0217' }).waitFor()
  await page.keyboard.press('Escape')
  await alias.waitFor({ state: 'hidden' })

  await page.getByRole('button', { name: '拆分', exact: true }).click()
  const split = page.getByRole('dialog')
  await split.getByLabel('或把 GeoJSON 贴在这里').fill(await cut(page, grid, 1))
  await split.getByRole('button', { name: '下一步' }).click()
  await split.getByRole('button', { name: '确认拆分' }).click()
  await split.getByText('拆分后的区划没有正好铺满原来的范围。').waitFor()
  await split.getByText('空隙').waitFor()
  await split.getByRole('button', { name: '返回修改' }).click()
  await split.getByLabel('或把 GeoJSON 贴在这里').fill(await cut(page, grid, 0))
  await split.getByRole('button', { name: '下一步' }).click()
  await split.getByText('旧事项仍归原网格', { exact: false }).waitFor()
  await picture(page, 'admin-split')
  await split.getByRole('button', { name: '确认拆分' }).click()
  await split.waitFor({ state: 'hidden' })
  await page.getByText('这个代码已经停用，现在是：').waitFor()
  await page.getByRole('link', { name: '东片网格' }).click()
  await page.getByRole('heading', { name: '东片网格' }).waitFor()
  await page.getByRole('button', { name: '拆分', exact: true }).waitFor()
  assert.deepEqual(faults, [])
})
