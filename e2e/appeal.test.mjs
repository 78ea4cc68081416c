// Who is refused appeals: the street refuses at its desk with its ground, the resident reads why and appeals from the phone, the street
// cannot decide again, the district takes the report up, and the resident reads both. Who refused at the district does not answer the next
// appeal with another refusal.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { open, picture, signIn, start } from './harness.mjs'
import { middleOf, staff } from './staff.mjs'

let world
before(async () => { world = await start() })
after(async () => { await world?.close() })

/** A report of a resident through the public door: its id, its number and the code that follows it. */
async function reported(desk, text) {
  const officer = await staff(world, 'officer01')
  const here = await middleOf(officer, officer.me.areas[0].code)
  const answer = await fetch(`${world.base}/api/v1/public/reports`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ submission_id: crypto.randomUUID(), text, lat: here.latitude, lon: here.longitude, address: '天井北侧' }),
  })
  assert.equal(answer.status, 201, await answer.clone().text())
  const { number, code } = await answer.json()
  return { id: (await desk.call('GET', `/api/v1/cases?q=${number}`)).items[0].id, number, code }
}

/** Takes a step on the page of the case, from the blue button or from 更多. */
async function act(page, verb, fill = async () => {}) {
  const head = page.locator('article header')
  await head.waitFor()
  const primary = head.locator('.btn.p')
  if (await primary.count() && (await primary.innerText()).startsWith(verb)) await primary.click()
  else {
    await head.getByRole('button', { name: '更多', exact: true }).click()
    await page.getByRole('menuitem', { name: verb, exact: true }).click()
  }
  const dialog = page.getByRole('dialog')
  await dialog.waitFor()
  await fill(dialog)
  await dialog.getByRole('button', { name: verb, exact: true }).click()
  await dialog.waitFor({ state: 'hidden' })
}

const refuse = (ground, note, reply) => async (dialog) => {
  await dialog.getByLabel('依据').selectOption(ground)
  await dialog.getByLabel('理由').fill(note)
  await dialog.getByLabel('给反映人的答复').fill(reply)
}

async function appeal(page, why) {
  await page.getByRole('button', { name: '我有不同意见，申诉' }).click()
  await page.getByLabel('为什么应该受理？').fill(why)
  await page.getByRole('dialog').getByRole('button', { name: '提交' }).click()
  await page.getByText('您提出申诉，重新受理').first().waitFor()
}

test('the district decides over the street that refused, and the resident reads both', async () => {
  const desk = await staff(world, 'desk01')
  const { id, number, code } = await reported(desk, '楼上往公共天井里扔建筑垃圾，物业说管不了')
  const street = await open(world)
  await signIn(street.page, world.base, 'desk01')
  await street.page.goto(`${world.base}/cases/${id}`)
  await act(street.page, '不予受理', refuse('private_dispute', '邻里纠纷', '属邻里纠纷，建议找社区调解'))
  await street.page.getByText('不予受理').first().waitFor()

  const { page, faults } = await open(world, { width: 390, height: 844 })
  await page.goto(`${world.base}/p/follow#${code}`)
  await page.getByText('属邻里纠纷，建议找社区调解').waitFor()
  await appeal(page, '天井是公共部位，堵住了消防通道')
  await picture(page, 'appeal-phone')

  // The street that refused does not decide again; the district does, and finds it on its list.
  assert.equal((await desk.call('GET', `/api/v1/cases/${id}`)).level, 'district')
  await assert.rejects(desk.act(id, 'accept'), /higher_tier/)
  await assert.rejects(desk.act(id, 'reject', { ground: 'private_dispute', note: '再退', reply: '仍属邻里纠纷' }), /higher_tier/)
  const waiting = await (await staff(world, 'command')).call('GET', `/api/v1/cases?q=${number}&todo=true`)
  assert.deepEqual(waiting.items.map((c) => c.id), [id], 'it waits for the district')
  const above = await open(world)
  await signIn(above.page, world.base, 'command')
  await above.page.goto(`${world.base}/cases/${id}`)
  await above.page.getByText('堵住了消防通道').first().waitFor()
  await picture(above.page, 'appeal-district')
  await act(above.page, '受理')
  await page.getByRole('button', { name: '看最新进展' }).click()
  await page.getByText('已受理').first().waitFor()
  await picture(page, 'appeal-decided')
  assert.equal((await desk.call('GET', `/api/v1/cases/${id}`)).state, 'accepted')
  assert.deepEqual([...faults, ...street.faults, ...above.faults], [])
})

test('who refused at the district does not refuse the appeal again, and accepts it', async () => {
  const desk = await staff(world, 'desk01'), district = await staff(world, 'command')
  const { id, code } = await reported(desk, '沿河步道被商家圈占收费，居民走不过去')
  await desk.act(id, 'reject', { ground: 'not_public', note: '商业用地', reply: '属商业用地' })
  const { page, faults } = await open(world, { width: 390, height: 844 })
  await page.goto(`${world.base}/p/follow#${code}`)
  await appeal(page, '步道是公共的，规划图上有')
  await district.act(id, 'reject', { ground: 'in_court', note: '已诉讼', reply: '双方已进入诉讼' })
  await page.getByRole('button', { name: '看最新进展' }).click()
  await page.getByText('双方已进入诉讼').first().waitFor()
  await appeal(page, '我没有起诉过任何人')
  assert.equal((await district.call('GET', `/api/v1/cases/${id}`)).level, 'city')
  const above = await open(world)
  await signIn(above.page, world.base, 'command')
  await above.page.goto(`${world.base}/cases/${id}`)
  await above.page.getByText('我没有起诉过任何人').first().waitFor()
  await assert.rejects(district.act(id, 'reject', { ground: 'in_court', note: '已诉讼', reply: '仍在诉讼' }), /rejected_before/)
  await picture(above.page, 'appeal-city')
  await act(above.page, '受理')
  await page.getByRole('button', { name: '看最新进展' }).click()
  await page.getByText('已受理').first().waitFor()
  assert.deepEqual([...faults, ...above.faults], [])
})
