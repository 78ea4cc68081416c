// Use of results: the office computes a year, two persons sign, a street reads why it stands where it stands and appeals, the
// office upholds, and the correction is signed again.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { open, picture, signIn, start } from './harness.mjs'

let world
before(async () => { world = await start() })
after(async () => { await world?.close() })

const confirmed = async (page, verb, words) => {
  await page.getByRole('button', { name: verb, exact: true }).first().click()
  const dialog = page.getByRole('dialog')
  if (words) await dialog.getByRole('textbox').first().fill(words)
  await dialog.getByRole('button', { name: verb, exact: true }).click()
  await dialog.waitFor({ state: 'hidden' })
}

async function as(username) {
  const one = await open(world)
  await signIn(one.page, world.base, username)
  return one
}

test('a year is computed, signed by two, appealed and corrected', async () => {
  const lead = await as('lead')
  await lead.page.goto(`${world.base}/appraisal/results`)
  await lead.page.getByRole('button', { name: '计算一个年度' }).click()
  await lead.page.getByRole('spinbutton').first().fill('2026')
  await lead.page.getByRole('dialog').getByRole('button', { name: '计算', exact: true }).click()
  await lead.page.getByRole('heading', { name: '2026年结果运用' }).waitFor()
  await lead.page.getByText('还需 2 人签署').waitFor()
  const address = lead.page.url()
  await confirmed(lead.page, '签署')
  await lead.page.getByText('还需 1 人签署').waitFor()

  const street = await as('street01')
  const hidden = await street.page.request.get(`${world.base}/api/v1${new URL(address).pathname.replace('/appraisal/results', '/settlements')}`)
  assert.equal(hidden.status(), 404, 'an unsigned result is not shown to a street')

  const leader = await as('leader')
  await leader.page.goto(address)
  await confirmed(leader.page, '签署', '同意')
  await leader.page.getByText('已生效').first().waitFor()
  await leader.page.getByRole('button', { name: '重新计算核对' }).click()
  await leader.page.getByText('一致', { exact: true }).waitFor()
  await leader.page.getByRole('button', { name: '奖励与组织奖' }).click()
  await leader.page.getByText('合计', { exact: true }).waitFor()
  await picture(leader.page, 'results-bonus')

  await street.page.goto(address)
  await street.page.getByRole('button', { name: '申诉', exact: true }).click()
  await confirmedAppeal(street.page)
  await street.page.getByText('待答复').waitFor()

  await lead.page.reload()
  await lead.page.getByRole('button', { name: '申诉 1' }).click()
  await lead.page.getByRole('button', { name: '答复', exact: true }).click()
  const dialog = lead.page.getByRole('dialog')
  await dialog.getByLabel('支持，进入更正结果').check()
  await dialog.getByLabel('年度得分更正（分）').fill('0.25')
  await dialog.getByRole('textbox').last().fill('核对属实，年度得分更正零点二五分。')
  await dialog.getByRole('button', { name: '答复', exact: true }).click()
  await lead.page.getByText('支持，已更正').waitFor().catch(async (e) => { await picture(lead.page, 'failure'); throw e })

  await lead.page.goto(`${world.base}/appraisal/results`)
  await lead.page.getByRole('button', { name: '计算一个年度' }).click()
  await lead.page.getByRole('spinbutton').first().fill('2026')
  await lead.page.getByLabel('更正原因').fill('申诉属实')
  await lead.page.getByRole('dialog').getByRole('button', { name: '计算', exact: true }).click()
  await lead.page.getByRole('columnheader', { name: '申诉更正' }).waitFor()
  await lead.page.getByText('+0.25').waitFor()
  for (const one of [lead, street, leader]) {
    assert.deepEqual(one.faults, [])
    await one.context.close()
  }
})

async function confirmedAppeal(page) {
  await page.getByRole('button', { name: '提出申诉' }).click()
  await page.getByLabel('申诉内容').fill('有三份问卷被记到相邻街道，名单已附在来函中。')
  await page.getByRole('button', { name: '提交申诉' }).click()
}

test('a street reads why it stands where it stands', async () => {
  const street = await as('street01')
  const waves = await (await street.page.request.get(`${world.base}/api/v1/waves`)).json()
  const published = waves.items.find((w) => w.code === '2026H1')
  const me = await (await street.page.request.get(`${world.base}/api/v1/session`)).json()
  await street.page.goto(`${world.base}/appraisal/${published.id}/streets/${me.areas[0].code}`)
  await street.page.getByRole('heading', { name: /为什么/ }).waitFor()
  await street.page.getByText('分不出先后').waitFor()
  await street.page.getByRole('heading', { name: '拉低得分的指标' }).waitFor()
  await picture(street.page, 'why-street')
  assert.deepEqual(street.faults, [])
  await street.context.close()
})
