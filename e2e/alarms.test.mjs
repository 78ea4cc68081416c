// Alarms: one of the demonstration is taken over with a note, becomes a case and is cleared; the rules behind alarms are one click away.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { open, picture, signIn, start } from './harness.mjs'

let world
before(async () => { world = await start() }, { timeout: 300_000 })
after(() => world?.close())

test('an alarm is acknowledged with a note, made a case and cleared', async () => {
  const { page, context, faults } = await open(world)
  await signIn(page, world.base, 'command')
  await page.goto(`${world.base}/alarms`)
  await page.locator('button.alarm', { hasText: '手机电量低' }).filter({ hasText: '没有人确认' }).first().click()
  await page.getByRole('button', { name: '我来处理', exact: true }).click()
  await page.getByLabel('说明（可不填）').fill('已电话提醒充电')
  await page.getByRole('button', { name: '确认，我来处理' }).click()
  const steps = page.locator('ol li')
  await steps.filter({ hasText: '已电话提醒充电' }).waitFor()
  await page.getByRole('button', { name: '转为事件', exact: true }).click()
  await page.getByRole('button', { name: '登记事件' }).click()
  await page.locator('dl a[href*="/cases/"]').waitFor()
  await page.getByRole('button', { name: '解除', exact: true }).click()
  await page.getByLabel('为什么解除').fill('已换上备用电池')
  await page.getByRole('button', { name: '解除告警' }).click()
  await steps.filter({ hasText: '已换上备用电池' }).waitFor()
  await picture(page, 'alarms')
  assert.deepEqual(faults, [])
  await context.close()
})

test('the rules behind the alarms are listed', async () => {
  const { page, context, faults } = await open(world)
  await signIn(page, world.base, 'command')
  await page.goto(`${world.base}/fences`)
  await page.getByText('离开责任区15分钟', { exact: true }).waitFor()
  await page.getByRole('button', { name: '新建围栏或规则' }).click()
  await page.getByRole('dialog').getByLabel('名称').waitFor()
  await picture(page, 'alarms-fences')
  assert.deepEqual(faults, [])
  await context.close()
})
