// The server speaks Open311 GeoReport v2: every rule of e2e/open311/rules.mjs, in JSON and XML, reading and writing, with
// a key that an administrator made on the page.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { examine } from './open311/rules.mjs'
import { open, signIn, start } from './harness.mjs'

let world
before(async () => { world = await start() })
after(() => world?.close())

test('an administrator makes a key, and every rule of GeoReport v2 holds with it', async () => {
  const { page, context } = await open(world)
  await signIn(page, world.base, 'admin')
  await page.goto(`${world.base}/admin/integration`)
  await page.getByRole('button', { name: '新建对接系统' }).click()
  await page.getByLabel('名称').fill('一致性检查')
  await page.getByRole('textbox', { name: '代码' }).fill('conformance')
  await page.getByLabel('可以登记事件（否则只读取）').check()
  await page.getByRole('button', { name: '保存' }).click()
  const key = (await page.locator('.key code').textContent()).trim()
  assert.match(key, /^yw311_/)
  await page.getByRole('button', { name: '抄好了' }).click()
  await page.getByText('一致性检查').waitFor()

  const area = await page.evaluate(async () => (await (await fetch('/api/v1/units?kind=community&limit=1')).json()).items[0].area_code)
  const results = await examine(`${world.base}/open311/v2`, { key, place: { address_id: area } })
  assert.deepEqual(results.filter((r) => r.error), [])
  assert.ok(results.length >= 40)
  await context.close()
})
