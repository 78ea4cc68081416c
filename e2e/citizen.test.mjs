// A resident reports in large type without a network, follows by code, a neighbour joins, and what is not solved is taken up again.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { onDisk } from './disk.mjs'
import { open, picture, scene, start } from './harness.mjs'
import { handled, middleOf, staff } from './staff.mjs'

let world
before(async () => { world = await start() })
after(async () => { await world?.close() })

const sentence = '十二幢东边的路灯坏了三个月，晚上看不清台阶'

/** Closes a handled case: verified and closed by the desk, which handled nothing. */
async function close(desk, id) {
  await desk.act(id, 'verify', { note: '现场看过，灯亮了', remote: true })
  return desk.act(id, 'close', { reply: '路灯已修好，感谢您的反映' })
}

async function codeOf(page) {
  await page.getByRole('heading', { name: '收到了' }).waitFor()
  return page.locator('.code').innerText()
}

test('a report written without a network arrives once, a neighbour joins it, and the resident has the last word', async () => {
  const desk = await staff(world, 'desk01'), unit = await staff(world, 'urban01'), officer = await staff(world, 'officer01')
  const here = await middleOf(officer, officer.me.areas[0].code)
  const { page, context, faults } = await open(world, { width: 390, height: 844, geolocation: here, permissions: ['geolocation'] })
  const addresses = []
  page.on('request', (request) => addresses.push(request.url()))
  await page.goto(`${world.base}/p/?elder=1`)
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  await page.getByRole('link', { name: '我要反映' }).click()
  await page.getByLabel('什么事？').waitFor()
  await page.reload()

  await context.setOffline(true)
  await page.getByLabel('什么事？').fill(sentence)
  await page.getByLabel('拍张照片').setInputFiles({ name: 'lamp.png', mimeType: 'image/png', buffer: await scene(world, false) })
  await page.getByRole('button', { name: '选地点' }).click()
  await page.getByRole('button', { name: '用我现在的位置' }).click()
  await page.getByText('已定位').first().waitFor()
  await page.getByLabel('具体地点').fill('十二幢东侧')
  await page.getByRole('button', { name: '好了' }).click()
  await picture(page, 'citizen-report')
  await page.reload() // closed and opened again: the draft is still there
  assert.equal(await page.getByLabel('什么事？').inputValue(), sentence)
  await page.getByRole('button', { name: '提交' }).click()
  await page.getByRole('heading', { name: '写好了，存在手机里' }).waitFor()
  const disk = await onDisk(page, 'yiwang-reports')
  for (const piece of [sentence.slice(0, 8), '十二幢东侧', 'JFIF\u0000\u0001', 'WEBPVP8']) assert.ok(!disk.text.includes(piece), `${JSON.stringify(piece)} lies open on the phone`)
  assert.ok(disk.records >= 2 && disk.sealed === disk.records, `${disk.sealed} of ${disk.records} records are sealed`)
  assert.equal(disk.keyIsOut, false, 'no script reads the key')
  await context.setOffline(false)
  const code = await codeOf(page)
  assert.match(code, /^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/)
  await picture(page, 'citizen-code')
  const found = (await desk.call('GET', `/api/v1/cases?channel=resident&limit=50`)).items.filter((c) => c.text === sentence)
  assert.equal(found.length, 1)
  const { id, number } = found[0]
  const detail = await desk.call('GET', `/api/v1/cases/${id}`)
  assert.equal(detail.evidence.length, 1)
  assert.equal(detail.address, '十二幢东侧')

  await page.getByRole('link', { name: '看进度' }).click()
  await page.getByText(number).first().waitFor()
  await page.getByRole('button', { name: '补充几句' }).click()
  await page.getByLabel('想补充什么').fill('现在连旁边那盏也暗了')
  await page.getByRole('dialog').getByRole('button', { name: '提交' }).click()
  await page.getByText('现在连旁边那盏也暗了').waitFor()

  const { classes } = await desk.call('GET', '/api/v1/duty/categories')
  const lamp = classes.flatMap((c) => c.groups.flatMap((g) => g.leaves)).find((leaf) => leaf.name.includes('路灯'))
  await desk.act(id, 'file', { category: lamp.code })

  const other = await open(world, { width: 390, height: 844, geolocation: here, permissions: ['geolocation'] })
  await other.page.goto(`${world.base}/p/report?elder=0`)
  await other.page.getByRole('button', { name: '选地点' }).click()
  await other.page.getByRole('button', { name: '用我现在的位置' }).click()
  await other.page.getByText('定位误差').or(other.page.getByText('街道').first()).first().waitFor()
  await other.page.getByRole('button', { name: '好了' }).click()
  await other.page.getByLabel('什么事？').fill('十二幢东边路灯坏了，晚上看不清')
  await other.page.getByText('附近已经有人反映过').waitFor()
  await picture(other.page, 'citizen-nearby')
  await other.page.locator('article').filter({ hasText: '0米外' }).getByRole('button', { name: '就是这件，我也遇到了' }).first().click()
  assert.notEqual(await codeOf(other.page), code, 'a code of one’s own')

  await handled(desk, unit, id)
  await close(desk, id)
  await page.getByRole('button', { name: '看最新进展' }).click()
  await page.getByText('等您看一眼').waitFor()
  await picture(page, 'citizen-follow')
  await page.getByRole('button', { name: '还没好' }).click()
  await page.getByLabel('不满意', { exact: true }).check({ force: true })
  await page.getByLabel('还有什么没办好？').fill('只亮了一晚，又灭了')
  await page.getByRole('dialog').getByRole('button', { name: '提交' }).click()
  await page.getByText('反映没有解决，重新办理').first().waitFor()
  const again = await desk.call('GET', `/api/v1/cases/${id}`)
  assert.equal(again.reopens, 1)

  const seen = { result: 'resolved', outcome: '更换了整条线路' }
  await assert.rejects(unit.act(id, 'handle', seen), /old_evidence/, 'the photo of the first time does not show that it was done again')
  await unit.photo(id, 'after', '#fff6dc')
  await unit.act(id, 'handle', seen)
  await close(desk, id)
  await page.goto(`${world.base}/p/follow#${code}`)
  await page.reload()
  await page.getByRole('button', { name: '修好了' }).click()
  await page.getByLabel('满意', { exact: true }).check({ force: true })
  await page.getByRole('dialog').getByRole('button', { name: '提交' }).click()
  await page.getByText('已办结').first().waitFor()
  assert.deepEqual(addresses.filter((url) => url.split('#')[0].includes(code)), [], 'no request names the code')
  assert.deepEqual([...faults, ...other.faults], [])
})

test('whoever cannot use a map says the place by name, anonymously, and a wrong code says what to do', async () => {
  const { page, faults } = await open(world, { width: 390, height: 844 })
  await page.goto(`${world.base}/p/report?elder=0`)
  await page.getByLabel('什么事？').fill('楼道里堆满纸箱，怕着火')
  await page.getByRole('button', { name: '选地点' }).click()
  await page.getByRole('button', { name: '在地图上点' }).click()
  await page.locator('svg path').first().waitFor()
  await picture(page, 'citizen-map')
  await page.getByLabel('或者选街道').selectOption({ index: 1 })
  await page.getByLabel('社区').selectOption({ index: 1 })
  await page.getByRole('button', { name: '好了' }).click()
  await page.getByRole('button', { name: '留个电话' }).click()
  await page.getByLabel('匿名反映').check()
  await page.getByText('谁都看不到您是谁').waitFor()
  await page.getByRole('button', { name: '好了' }).click()
  await page.getByRole('button', { name: '提交' }).click()
  const code = await codeOf(page)
  await page.goto(`${world.base}/p/follow`)
  await page.getByText('这部手机上反映过的').first().waitFor()
  await page.getByLabel('查询码').fill('aaaabbbbcccc')
  await page.getByRole('button', { name: '看进度' }).click()
  await page.getByRole('alert').waitFor()
  await page.goto(`${world.base}/p/follow`)
  await page.getByLabel('查询码').fill(code.toLowerCase())
  await page.getByRole('button', { name: '看进度' }).click()
  await page.getByText('楼道里堆满纸箱').first().waitFor()
  assert.deepEqual(faults, [])
})
