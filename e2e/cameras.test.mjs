// A camera from its registration to its picture: registered with the form, seen live and as a snapshot after a reason, with what is covered
// hidden; who looked is kept; a file is tried before it is stored; a camera out of use leaves the list.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { exactly, open, picture, signIn, start } from './harness.mjs'
import { staff } from './staff.mjs'

let world
before(async () => { world = await start() })
after(async () => { await world?.close() })

test('a camera is registered, seen live after a reason, and who looked is kept', async () => {
  const command = await staff(world, 'command')
  const demo = (await command.call('GET', '/api/v1/cameras?limit=50')).items.find((c) => c.masks.length)
  const { page, faults } = await open(world)
  await signIn(page, world.base, 'command')

  await page.goto(`${world.base}/cameras?id=${demo.id}`)
  await page.getByLabel('查看事由').fill('核对占道告警')
  await page.getByRole('button', { name: '查看画面' }).click()
  await page.getByText('正在播放').waitFor()
  const video = page.locator('video')
  await page.waitForFunction(() => document.querySelector('video').currentTime > 1)
  assert.deepEqual(await video.evaluate((v) => [v.videoWidth, v.videoHeight]), [480, 272])
  await exactly(page.locator('.screen > i'), demo.masks.length, 'covered parts')
  await picture(page, 'camera-live')
  await page.getByRole('button', { name: '抓图', exact: true }).click()
  await page.waitForFunction(() => document.querySelector('.screen img')?.naturalWidth === 480)
  await page.getByRole('button', { name: '结束查看' }).click()
  await page.getByRole('button', { name: '查看记录' }).click()
  await page.getByText('核对占道告警').waitFor()

  await page.getByRole('button', { name: '登记摄像机' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('名称').fill('演示北门')
  await dialog.getByLabel('国标编号').fill('32010600001320009001')
  await dialog.getByLabel('纬度').fill(String(demo.lat))
  await dialog.getByLabel('经度').fill(String(demo.lon))
  await dialog.getByRole('button', { name: /填入试机画面/ }).click()
  await dialog.getByRole('button', { name: '保存' }).click()
  await page.getByRole('row').filter({ hasText: '演示北门' }).waitFor()
  const made = (await command.call('GET', '/api/v1/cameras?words=32010600001320009001')).items[0]
  assert.equal(made.area_code, demo.area_code, 'the position decides the grid')

  await page.getByRole('button', { name: '导入', exact: true }).click()
  await dialog.locator('input[type=file]').setInputFiles({ name: 'a.csv', mimeType: 'text/csv', buffer: Buffer.from(`国标编号,名称,类型,区划编码\n32010600001320009002,演示南门,枪机,${demo.area_code}\n12,坏行,枪机,${demo.area_code}\n`) })
  await dialog.getByText('共 2 行，合格 1 行，不合格 1 行').waitFor()
  assert.equal((await command.call('GET', '/api/v1/cameras?words=32010600001320009002')).items.length, 0, 'a trial stores nothing')
  await dialog.getByRole('button', { name: '写入合格的1行' }).click()
  await dialog.getByText('已写入 1 行').waitFor()
  await dialog.getByRole('button', { name: '关闭' }).last().click()
  await page.getByRole('row').filter({ hasText: '演示南门' }).waitFor()

  await page.getByRole('row').filter({ hasText: '演示北门' }).click()
  await page.getByRole('button', { name: '修改', exact: true }).click()
  await dialog.getByRole('button', { name: '停用', exact: true }).click()
  await dialog.getByRole('button', { name: '确认停用' }).click()
  await exactly(page.getByRole('row').filter({ hasText: '演示北门' }), 0, 'the camera out of use')
  assert.deepEqual(faults, [])
})
