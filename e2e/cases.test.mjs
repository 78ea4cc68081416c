// A lamp that three people report and two units send back: merged into one case, dispatched after the responsibility list, returned
// twice, ruled by the panel, handled with photos, verified by the officer on site, closed, and confirmed by the resident.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { open, picture, scene, signIn, start } from './harness.mjs'
import { middleOf, staff } from './staff.mjs'

let world
before(async () => { world = await start() })
after(async () => { await world?.close() })

/** Opens the dialog of a step, from the blue button or from 更多, fills it and takes the step. */
async function act(page, verb, fill = async () => {}) {
  const dialog = await ask(page, verb)
  await fill(dialog)
  await dialog.getByRole('button', { name: verb, exact: true }).click()
  await dialog.waitFor({ state: 'hidden' })
}

async function ask(page, verb) {
  const head = page.locator('article header')
  await head.waitFor()
  const primary = head.locator('.btn.p')
  if (await primary.count() && (await primary.innerText()).startsWith(verb)) await primary.click()
  else {
    await head.getByRole('button', { name: '更多' }).click()
    await page.getByRole('menuitem', { name: verb, exact: true }).click()
  }
  const dialog = page.getByRole('dialog')
  await dialog.waitFor()
  return dialog
}

/** Chooses in a list that is searched by typing. */
async function choose(page, scope, name, words) {
  const box = scope.getByRole('combobox', { name })
  await box.click()
  await box.fill(words)
  await page.getByRole('option', { name: words }).first().click()
}

const visit = async (page, id) => {
  await page.goto(`${world.base}/cases/${id}`)
  await page.locator('article header h2').waitFor()
}

/** A resident's report of the lamp through the public door; the code follows it. */
async function reported(here, text) {
  const answer = await fetch(`${world.base}/api/v1/public/reports`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ submission_id: crypto.randomUUID(), text, lat: here.latitude, lon: here.longitude, address: '滨河步道南段', name: '王秀兰', phone: '13800005678' }),
  })
  assert.equal(answer.status, 201, await answer.clone().text())
  return answer.json()
}

test('a lamp that two units send back is ruled, mended, verified by the officer and confirmed by the resident', async () => {
  const desk = await staff(world, 'desk01'), officer = await staff(world, 'officer01'), water = await staff(world, 'water_affairs')
  const here = await middleOf(officer, officer.me.areas[0].code)
  const { number, code } = await reported(here, '步道上三盏路灯都不亮，晚上散步看不清台阶')
  const second = await officer.call('POST', '/api/v1/cases', { channel: 'officer', text: '步道路灯三盏全灭，已拉警示带', lat: here.latitude, lon: here.longitude, address: '滨河步道南段' })
  const comment = await desk.call('POST', '/api/v1/cases', { channel: 'inspection', text: '考评意见：路灯坏了三个月', lat: here.latitude, lon: here.longitude, address: '滨河步道' })
  const id = (await desk.call('GET', `/api/v1/cases?q=${number}`)).items[0].id

  // The desk: two are merged into the first, which is filed and dispatched after the list.
  const seat = await open(world)
  await signIn(seat.page, world.base, 'desk01')
  for (const other of [second, comment]) {
    await visit(seat.page, other.id)
    await act(seat.page, '并案', async (dialog) => {
      await dialog.getByRole('searchbox').fill(number)
      await dialog.getByRole('radio').first().check({ force: true })
    })
  }
  await visit(seat.page, id)
  await seat.page.getByText('3 个来源已合并').waitFor()
  await act(seat.page, '立案', (dialog) => choose(seat.page, dialog, '分类', '路灯熄灭'))
  await seat.page.getByText('派遣建议').waitFor()
  await seat.page.getByText('责任规则：路灯熄灭与照明不足').waitFor()
  await picture(seat.page, 'case-dispatch')

  // Somebody else acts while the dialog is open: what happened is shown, and the step can be taken again.
  const dialog = await ask(seat.page, '派遣')
  const command = await staff(world, 'command')
  await command.act(id, 'supervise', { note: '夜间出行不便，请尽快办理' })
  await dialog.getByRole('button', { name: '派遣', exact: true }).click()
  await dialog.getByText('别人办过了').waitFor()
  await dialog.getByText('夜间出行不便').waitFor()
  await picture(seat.page, 'case-conflict')
  await dialog.getByRole('button', { name: '派遣', exact: true }).click()
  await dialog.waitFor({ state: 'hidden' })
  const dispatched = await desk.call('GET', `/api/v1/cases/${id}`)
  assert.equal(dispatched.state, 'dispatched')
  assert.equal(dispatched.voices, 3)

  // The unit returns it, the next one too: the panel has to rule.
  const lighting = await open(world)
  await signIn(lighting.page, world.base, 'street_lighting')
  await visit(lighting.page, id)
  await act(lighting.page, '退单', async (d) => {
    await d.getByLabel('退单依据').selectOption('owner_differs')
    await d.getByLabel('具体理由').fill('该段 2023 年建成后未办理移交')
  })
  await seat.page.reload()
  await seat.page.getByText('派遣建议').waitFor()
  await choose(seat.page, seat.page.locator('article section').filter({ hasText: '派遣建议' }), '牵头单位', '区水务局')
  await act(seat.page, '派遣')
  await water.act(id, 'return', { ground: 'not_our_duty', note: '照明设施不在河道管护清单内' })
  assert.equal((await desk.call('GET', `/api/v1/cases/${id}`)).state, 'adjudicating')

  const panel = await open(world)
  await signIn(panel.page, world.base, 'command')
  await visit(panel.page, id)
  await panel.page.getByText('第二次退单自动转联合研判').waitFor()
  await picture(panel.page, 'case-panel')
  await act(panel.page, '研判裁定', async (d) => {
    await choose(panel.page, d, '牵头单位', '路灯管理所')
    await d.getByLabel('裁定理由').fill('路灯所先修，水务局 15 日内补移交')
    await d.getByLabel('作为判例').check()
  })
  await panel.page.getByText('形成判例第').waitFor()

  // The street's part is done first: the case waits for it.
  const urban = await staff(world, 'urban01')
  for (const part of (await urban.call('GET', `/api/v1/cases/${id}`)).parts.filter((p) => p.unit_id === urban.me.user.unit.id && p.state === 'open')) {
    const signed = await urban.call('POST', `/api/v1/cases/${id}/parts/${part.id}/actions/sign`, { version: part.version })
    await urban.call('POST', `/api/v1/cases/${id}/parts/${part.id}/actions/done`, { version: signed.version, result: 'resolved', outcome: '围挡已撤，路面已清' })
  }

  // Signed, mended, shown in photos.
  await lighting.page.reload()
  await act(lighting.page, '签收')
  await act(lighting.page, '开始处置')
  await act(lighting.page, '处置完成', async (d) => {
    await d.getByLabel('选择处置前照片').setInputFiles({ name: 'before.png', mimeType: 'image/png', buffer: await scene(world, false) })
    await d.getByLabel('选择处置后照片').setInputFiles({ name: 'after.png', mimeType: 'image/png', buffer: await scene(world, true) })
    await d.locator('img').nth(1).waitFor()
    await d.getByLabel('办理结果').selectOption('resolved')
    await d.getByLabel('做了什么').fill('更换三盏灯头，修复配电箱跳闸')
    await picture(lighting.page, 'case-handle')
  })

  // The officer verifies where the lamp stands.
  await officer.act(id, 'verify', { note: '现场看过，三盏都亮了', lat: here.latitude, lon: here.longitude })
  await seat.page.reload()
  await act(seat.page, '结案', (d) => d.getByLabel('给反映人的答复').fill('三盏路灯已修好，感谢您的反映'))
  await seat.page.getByText('三盏路灯已修好').first().waitFor()
  await picture(seat.page, 'case-closed')

  // The resident has the last word.
  const resident = await open(world, { width: 390, height: 844 })
  await resident.page.goto(`${world.base}/p/follow#${code}`)
  await resident.page.getByRole('button', { name: '修好了' }).click()
  await resident.page.getByLabel('满意', { exact: true }).check({ force: true })
  await Promise.all([resident.page.waitForResponse(/follow\/answer/), resident.page.getByRole('dialog').getByRole('button', { name: '提交' }).click()])
  await resident.page.getByText('收到评价').first().waitFor()
  await picture(resident.page, 'case-confirmed')

  const end = await desk.call('GET', `/api/v1/cases/${id}`)
  assert.equal(end.state, 'archived')
  assert.equal(end.satisfaction, 'satisfied')
  assert.deepEqual(end.history.filter((h) => h.action === 'return').length, 2)
  assert.deepEqual([...seat.faults, ...lighting.faults, ...panel.faults, ...resident.faults], [])
})
