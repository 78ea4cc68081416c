// Journey 1, import variant: the evaluation lead opens a wave, freezes it, imports answers with mistakes in them,
// closes, scores, publishes; the public page and the report show it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { open, picture, signIn, start } from './harness.mjs'

let world
before(async () => { world = await start() })
after(async () => { await world?.close() })

const confirmed = async (page, verb) => {
  await page.getByRole('button', { name: verb, exact: true }).first().click()
  await page.getByRole('dialog').getByRole('button', { name: verb, exact: true }).click()
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
}

/** Answers of a file with two bad rows: an unknown street and a scale value that does not exist. */
function answers() {
  const scale = ['A1-1', 'A1-2', 'A2-1', 'B1-1', 'B1-2', 'B2-1', 'B2-2', 'B3-1', 'B3-2', 'C1-1', 'C1-2', 'C2-1', 'C2-2', 'C3-1', 'D1-1', 'D1-2', 'D2-1']
  const rows = [['受访编号', '渠道', '街道', '对象', ...scale, 'Q-ALL', 'Q-REVT']]
  for (let i = 1; i <= 120; i++) {
    const online = i % 3 === 0
    const group = i % 2 ? '中青年' : '老年'
    const marks = scale.map((_, k) => String(1 + ((i * 7 + k * 3) % 5 === 4 ? 3 : (i + k) % 3)))
    rows.push([`T${i}`, online ? '线上' : '定向', '凤凰街道', group, ...marks, '2', i === 1 ? '莫愁新寓12幢路灯坏了三个月，电话19900001234' : ''])
  }
  rows.push(['X1', '定向', '不存在街道', '老年', ...scale.map(() => '1'), '1', ''])
  rows.push(['X2', '定向', '凤凰街道', '老年', ...scale.map((_, k) => (k ? '1' : '9')), '1', ''])
  return rows.map((r) => r.join(',')).join('\r\n')
}

test('lead opens, freezes, imports, scores and publishes a wave', async () => {
  const { page, context, faults } = await open(world)
  await signIn(page, world.base, 'lead')
  await page.getByText('演示数据').first().waitFor()

  await page.goto(`${world.base}/appraisal`)
  await page.getByRole('link', { name: '新建考评' }).click()
  await page.getByLabel('名称').fill('2027年上半年满意度考评')
  await page.getByLabel('代号').fill('2027H1')
  await page.getByLabel('人口和份数照搬').selectOption({ label: '2026年上半年满意度考评' })
  await page.getByRole('button', { name: '建立', exact: true }).click()
  await page.getByRole('heading', { name: '2027年上半年满意度考评' }).waitFor()
  for (const verb of ['开始试点', '冻结方案', '开始施测']) await confirmed(page, verb)
  await page.getByText('方案指纹').waitFor()

  await page.getByRole('link', { name: '导入答卷' }).click()
  await page.locator('input[type=file]').setInputFiles({ name: '答卷.csv', mimeType: 'text/csv', buffer: Buffer.from(answers()) })
  await page.getByRole('button', { name: '试导入（不写入）' }).click()
  await page.getByText('试导入：共 122 行，合格 120 行，不合格 2 行').waitFor()
  await page.getByRole('table', { name: '不合格的行' }).getByText('不存在街道').first().waitFor()
  await picture(page, 'import-dry-run')
  await page.getByRole('button', { name: '写入 120 行' }).click()
  await page.getByText('已写入 120 行').waitFor()

  await page.goto(`${world.base}/jobs`)
  await page.getByText('导入').first().waitFor()
  await page.goto(`${world.base}/appraisal`)
  await page.getByText('2027年上半年满意度考评').click()
  await confirmed(page, '收卷截止')
  await confirmed(page, '计算成绩')
  await page.getByRole('link', { name: '看成绩' }).click()
  const row = page.getByRole('table', { name: '街道成绩' }).getByRole('row').filter({ hasText: '凤凰' }) // the page before has rows of streets too
  await row.waitFor().catch(async (e) => { await picture(page, 'failure'); throw e })
  await row.click()
  await page.getByText('是怎么算的').first().waitFor()
  await picture(page, 'scores')
  await page.goBack()
  await page.goto(`${world.base}/appraisal`)
  await page.getByText('2027年上半年满意度考评').click()
  await confirmed(page, '复核通过')
  await confirmed(page, '公布成绩')

  await page.getByRole('link', { name: '看成绩' }).click()
  await page.getByRole('button', { name: '导出' }).click()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByText('Excel', { exact: false }).first().click()])
  assert.match(download.suggestedFilename(), /\.xlsx$/)

  const visitor = await open(world, { width: 390, height: 844 })
  await visitor.page.goto(`${world.base}/p/`)
  await visitor.page.getByText('2027年上半年').first().waitFor()
  await picture(visitor.page, 'public-home')
  assert.deepEqual([...faults, ...visitor.faults], [])
  await context.close()
})

test('without a session nothing of the console opens', async () => {
  const { page, faults } = await open(world)
  await page.goto(`${world.base}/appraisal`)
  await page.getByRole('button', { name: '登录', exact: true }).waitFor()
  const answer = await page.request.get(`${world.base}/api/v1/waves`)
  assert.equal(answer.status(), 401)
  assert.deepEqual(faults, [])
})
