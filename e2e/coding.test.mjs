// The coding desk by keys alone: how many comments a minute one person sorts, how many keys and calls it takes, what undo
// brings back, and what happens to a comment that somebody else decided meanwhile.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { open, picture, signIn, start } from './harness.mjs'

let world
before(async () => { world = await start() })
after(async () => { await world?.close() })

const get = async (page, path) => (await page.request.get(world.base + path)).json()

test('one person sorts the open comments of a wave with less than a key each', async () => {
  const lead = await open(world)
  await signIn(lead.page, world.base, 'lead')
  const wave = (await get(lead.page, '/api/v1/waves')).items.find((w) => w.code === '2026H2')
  const { open: before } = await get(lead.page, `/api/v1/comments/progress?wave=${wave.id}`)
  assert.ok(before > 20, `${before} open comments`)
  let calls = 0
  lead.page.on('request', (r) => { if (r.method() === 'POST' && r.url().includes('/comments/judgements')) calls++ })
  await lead.page.goto(`${world.base}/rectify/coding?wave=${wave.id}`)
  await lead.page.locator('blockquote').first().waitFor()
  await picture(lead.page, 'coding-desk')
  await lead.page.keyboard.press('?')
  await lead.page.getByRole('dialog').waitFor()
  await picture(lead.page, 'coding-keys')
  await lead.page.keyboard.press('Escape')
  await lead.page.getByRole('dialog').waitFor({ state: 'hidden' })

  const left = async () => Number((await lead.page.getByText(/还有 [\d,]+ 条/).innerText()).match(/还有 ([\d,]+) 条/)[1].replace(/,/g, ''))
  const began = Date.now()
  let keys = 0
  for (; keys < before && await lead.page.locator('blockquote').count(); keys++) {
    const first = await lead.page.locator('blockquote').first().innerText()
    const choosing = await lead.page.getByRole('button', { name: /确认归类/ }).isDisabled()
    if (choosing) { await lead.page.keyboard.press('1'); keys++ }
    await lead.page.keyboard.press('Enter')
    await lead.page.waitForFunction((text) => document.querySelector('blockquote')?.innerText !== text, first)
  }
  const minutes = (Date.now() - began) / 60_000
  await lead.page.getByText('全部归类完了。').waitFor()
  await lead.page.waitForFunction(() => !document.body.innerText.includes('正在保存'))
  const { open: rest } = await get(lead.page, `/api/v1/comments/progress?wave=${wave.id}`)
  console.log(`sorted ${before - rest} comments with ${keys} keys and ${calls} calls, ${Math.round((before - rest) / minutes)} a minute by the machine`)
  assert.equal(rest, 0)
  assert.ok(keys < before, 'less than a key for each comment')
  assert.ok((before - rest) / minutes > 60, 'the desk itself is faster than 3,600 an hour')

  await lead.page.keyboard.press('U')
  await lead.page.locator('blockquote').first().waitFor()
  assert.ok(await left() > 0, 'five steps are taken back')
  const other = await get(lead.page, `/api/v1/comments?wave=${wave.id}&state=open&limit=200`)
  for (const c of other.items) await lead.page.request.post(`${world.base}/api/v1/comments/${c.id}/skip`, { data: { reason: '他人已处理', version: c.version } })
  await lead.page.keyboard.press('Enter')
  await lead.page.getByText(/刚被他人处理过，没有改动/).first().waitFor()
  await lead.page.goto(`${world.base}/opinion/matters?wave=${wave.id}`)
  await lead.page.getByText(/件事有两条以上意见/).waitFor()
  await picture(lead.page, 'coding-matters')
  assert.deepEqual(lead.faults, [])
})
