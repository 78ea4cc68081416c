// Journey 2: a letter is printed, a resident scans its code, answers in large type without a network, comes back after
// closing the page, comments, and the answer arrives once. The lead sees one more; the comment reaches the reverse list
// without a trace of who wrote it; the resident finds what was put right.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { onDisk } from './disk.mjs'
import { open, picture, signIn, start } from './harness.mjs'
import { answer, codeFromLetter, finish, questionOf } from './resident.mjs'

let world
before(async () => { world = await start() })
after(async () => { await world?.close() })

const sentence = '五所村12幢楼前的路灯坏了三个月，晚上看不清台阶'

test('a resident answers a letter in large type without a network, and the answer counts once', async () => {
  const lead = await open(world)
  await signIn(lead.page, world.base, 'lead')
  const wave = (await (await lead.page.request.get(`${world.base}/api/v1/waves`)).json()).items.find((one) => one.code === '2026H2')
  const { code, token } = await codeFromLetter(world, lead.page, wave.id)

  const { page, context, faults } = await open(world, { width: 390, height: 844 })
  await page.goto(`${world.base}/p/q/${code}?elder=1`)
  await page.getByRole('heading', { name: '老年居民问卷' }).waitFor()
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  if (await page.getByRole('button', { name: '多一位' }).count()) await page.getByRole('button', { name: '多一位' }).click()
  await picture(page, 'answer-welcome')

  await context.setOffline(true)
  await page.getByRole('button', { name: '开始答题' }).click()
  await page.getByText('没网也能填').waitFor()
  const first = await questionOf(page)
  await page.getByRole('button', { name: '下一题' }).click()
  await page.getByRole('alert').getByText('还没有答').waitFor()
  await page.getByText('满意', { exact: true }).click()
  await page.getByRole('button', { name: '非常满意' }).click() // the face opens into two steps
  await picture(page, 'answer-elder')
  await page.getByRole('button', { name: '下一题' }).click()
  await answer(page, sentence)
  await page.getByRole('button', { name: '上一题' }).click()
  assert.equal(await questionOf(page), first)
  await page.getByRole('button', { name: '非常满意', pressed: true }).waitFor() // going back loses nothing
  await page.getByRole('button', { name: '下一题' }).click()

  await page.reload() // closed and opened again, still without a network
  await page.getByRole('button', { name: /接着答（已答 2 题）/ }).click()
  await finish(page, sentence)
  await page.getByRole('heading', { name: '答完了，存在手机里' }).waitFor()
  await picture(page, 'answer-waiting')
  const disk = await onDisk(page, 'yiwang-answers')
  for (const piece of ['路灯坏了三个月', '老年居民问卷', code]) assert.ok(!disk.text.includes(piece), `${piece} lies open on the phone`)
  assert.ok(disk.records >= 1 && disk.sealed === disk.records, `${disk.sealed} of ${disk.records} records are sealed`)

  const sent = page.waitForRequest((request) => request.url().endsWith('/public/responses'))
  await context.setOffline(false)
  await page.getByRole('heading', { name: '已收到' }).waitFor()
  await picture(page, 'answer-receipt')
  const body = (await sent).postDataJSON()
  const receipt = await page.locator('dd').first().innerText()
  const now = await (await lead.page.request.get(`${world.base}/api/v1/waves/${wave.id}`)).json()
  assert.equal(now.counts.targeted, wave.counts.targeted + 1, 'one more answer')

  const again = await page.request.post(`${world.base}/api/v1/public/responses`, { data: body })
  assert.deepEqual(await again.json(), { receipt, repeated: true })
  const same = await (await lead.page.request.get(`${world.base}/api/v1/waves/${wave.id}`)).json()
  assert.equal(same.counts.targeted, now.counts.targeted, 'sent twice, stored once')
  await page.goto(`${world.base}/p/q/${code}`)
  await page.getByText(receipt).waitFor() // the same phone shows the receipt
  const stranger = await open(world, { width: 390, height: 844 })
  await stranger.page.goto(`${world.base}/p/q/${code}`)
  await stranger.page.getByRole('heading', { name: '这个邀请码已经用过了' }).waitFor()

  const release = await lead.page.request.post(`${world.base}/api/v1/waves/${wave.id}/comments/release`, { headers: { 'X-CSRF-Token': token } })
  assert.equal(release.status(), 200)
  const comment = await until(async () => {
    const { items } = await (await lead.page.request.get(`${world.base}/api/v1/comments?wave=${wave.id}&state=open&limit=200`)).json()
    return items.find((one) => one.text.includes('路灯坏了三个月'))
  })
  assert.ok(!JSON.stringify(comment).includes(code), 'no code beside the comment')
  await lead.page.goto(`${world.base}/appraisal/${wave.id}`)
  await lead.page.getByText(now.counts.targeted.toLocaleString('en-US')).first().waitFor()

  await page.getByRole('link', { name: '看大家说的，改得怎样' }).click()
  await page.getByText('整改后').first().waitFor()
  await picture(page, 'answer-rectified')
  assert.deepEqual([...faults, ...lead.faults, ...stranger.faults], [])
})

test('the open link asks where one lives, and a wrong code says what to do', async () => {
  const { page, faults } = await open(world, { width: 390, height: 844 })
  await page.goto(`${world.base}/p/q`)
  await page.getByLabel('邀请码').fill('aaaa bbbb cccc')
  await page.getByRole('button', { name: '打开问卷' }).click()
  await page.getByRole('heading', { name: '没有这个邀请码' }).waitFor()
  await page.goto(`${world.base}/p/q?wave=2026H2&group=adult&elder=0`)
  await page.getByRole('button', { name: '先选您住的街道' }).waitFor()
  await page.getByLabel('街道').selectOption({ index: 1 })
  await page.getByRole('button', { name: '开始答题' }).click()
  await page.getByText('第1题').waitFor()
  await picture(page, 'answer-open')
  assert.deepEqual(faults, [])
})

test('a questionnaire is copied, written, checked and issued beside a live phone', async () => {
  const { page, faults } = await open(world)
  await signIn(page, world.base, 'lead')
  await page.goto(`${world.base}/appraisal/questionnaires`)
  await page.getByRole('row').filter({ hasText: '中青年居民' }).filter({ hasText: '已定稿' }).first().click()
  await page.getByRole('button', { name: '复制成新版本' }).click()
  await page.getByLabel('版本号').fill('2027.05')
  await page.getByRole('button', { name: '建立草稿' }).click()
  await page.getByText('2027.05').first().waitFor()
  await page.getByRole('button', { name: '加题' }).click()
  await page.getByRole('menuitem', { name: '单选' }).click()
  await page.getByRole('textbox', { name: '题目', exact: true }).fill('您常去哪里办事？')
  await page.getByRole('button', { name: /处要改好才能定稿/ }).waitFor()
  await page.getByLabel('第 1 个选项', { exact: true }).fill('街道')
  await page.getByLabel('第 2 个选项', { exact: true }).fill('社区')
  await page.getByLabel('手机上的样子').getByText('您常去哪里办事？').first().waitFor()
  await picture(page, 'questionnaire-editor')
  await page.getByRole('button', { name: '定稿', exact: true }).click()
  await page.getByText('已定稿').first().waitFor()
  assert.ok(await page.getByRole('textbox', { name: '题目', exact: true }).isDisabled(), 'an issued version cannot be written')
  await page.getByRole('button', { name: '更多' }).click()
  await page.getByRole('menuitem', { name: '和另一版比' }).click()
  await page.getByRole('dialog').getByText('您常去哪里办事？').waitFor()
  assert.deepEqual(faults, [])
})

async function until(check) {
  for (let i = 0; i < 80; i++) {
    const found = await check()
    if (found) return found
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  throw new Error('it did not happen in twenty seconds')
}
