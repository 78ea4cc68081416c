// Journey 1: a wave from the template → pilot → seal the draw → freeze → draw → letters with codes → fieldwork with its live
// counts → close → check → scores, rank sets, drivers → report in Word and Excel, frozen → published.
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

/** Answers of two hundred drawn people, as the offices that visited them send them. */
function answers() {
  const scale = ['A1-1', 'A1-2', 'A2-1', 'B1-1', 'B1-2', 'B2-1', 'B2-2', 'B3-1', 'B3-2', 'C1-1', 'C1-2', 'C2-1', 'C2-2', 'C3-1', 'D1-1', 'D1-2', 'D2-1']
  const units = new Set(['B2-1', 'B2-2', 'C1-2', 'C2-1', 'C2-2']) // not asked of units
  let state = 7
  const chance = () => (state = (state * 48271) % 2147483647) / 2147483647
  const rows = [['受访编号', '渠道', '街道', '对象', ...scale, 'Q-ALL']]
  for (let i = 1; i <= 200; i++) {
    const group = ['老年', '中青年', '单位'][i % 5 === 0 ? 2 : i % 2]
    const mood = chance()
    const mark = () => String(1 + Math.min(4, Math.floor(3 * chance() * (mood + 0.4))))
    rows.push([`T${i}`, '定向', '凤凰街道', group, ...scale.map((code) => (group === '单位' && units.has(code) ? '' : mark())), mark()])
  }
  return rows.map((r) => r.join(',')).join('\r\n')
}

const saved = async (page, button) => {
  const [download] = await Promise.all([page.waitForEvent('download', { timeout: 60_000 }), button.click()])
  const parts = []
  for await (const part of await download.createReadStream()) parts.push(part)
  return { name: download.suggestedFilename(), bytes: Buffer.concat(parts) }
}

test('lead runs a wave from the template to the frozen report', async () => {
  const { page, context, faults } = await open(world)
  await run(page, context, faults).catch(async (e) => { await picture(page, 'failure'); throw e })
})

async function run(page, context, faults) {
  await signIn(page, world.base, 'lead')
  await page.goto(`${world.base}/appraisal/new`)
  await page.getByLabel('名称').fill('2027年上半年满意度考评')
  await page.getByLabel('代号').fill('2027H1')
  await page.getByLabel('人口和份数照搬').selectOption({ label: '2026年上半年满意度考评' })
  await page.getByRole('button', { name: '建立', exact: true }).click()
  await page.getByRole('heading', { name: '2027年上半年满意度考评' }).waitFor()
  const wave = new URL(page.url()).pathname.split('/').pop()
  const at = (part) => page.goto(`${world.base}/appraisal/${wave}/${part}`)

  await at('plan')
  await page.getByLabel('计划份数（定向）').fill('200')
  await page.getByLabel('分不出名次时').selectOption('top_group')
  await page.getByRole('button', { name: '保存方案' }).click()
  await page.getByText('方案已保存').waitFor()
  await picture(page, 'plan')

  await at('pilot')
  await page.getByRole('button', { name: '凤凰街道' }).click()
  await page.getByText('已选 1 个').waitFor()
  await page.goto(`${world.base}/appraisal/${wave}`)
  await confirmed(page, '开始试点')

  await at('sampling')
  for (const [group, n] of [['老年居民', '90'], ['中青年居民', '90'], ['驻区单位', '20']]) await page.getByLabel(`抽 ${group}`).fill(n)
  await page.getByRole('button', { name: '封存种子' }).click()
  await page.getByText(/种子已于/).waitFor()
  await page.goto(`${world.base}/appraisal/${wave}`)
  await confirmed(page, '冻结方案')
  await at('plan')
  await page.getByText('方案指纹').waitFor()
  await at('sampling')
  await confirmed(page, '抽样')
  await page.getByText('抽中', { exact: true }).first().waitFor()
  await picture(page, 'sampling-drawn')
  await page.getByRole('button', { name: '打印邀请信' }).click()
  await page.getByLabel('落款').fill('鼓楼区考评办')
  const letters = await saved(page, page.getByRole('button', { name: '生成文件' }))
  assert.equal(letters.bytes.subarray(0, 5).toString(), '%PDF-')
  assert.ok(letters.bytes.length > 50_000, `letters have ${letters.bytes.length} bytes`)

  await page.goto(`${world.base}/appraisal/${wave}`)
  await confirmed(page, '开始施测')
  await at('import')
  await page.locator('input[type=file]').setInputFiles({ name: '答卷.csv', mimeType: 'text/csv', buffer: Buffer.from(answers()) })
  await page.getByRole('button', { name: '试导入（不写入）' }).click()
  await page.getByRole('button', { name: '写入 200 行' }).click()
  await page.getByText('已写入 200 行').waitFor()
  await at('fieldwork')
  await page.getByText('200').first().waitFor()
  await picture(page, 'fieldwork')
  await page.goto(`${world.base}/appraisal/${wave}`)
  await confirmed(page, '收卷截止')

  await at('integrity')
  await page.getByRole('button', { name: '开始核查' }).click()
  await page.getByText('已核查').waitFor()
  await picture(page, 'integrity')
  await page.goto(`${world.base}/appraisal/${wave}`)
  await confirmed(page, '计算成绩')
  await at('scores')
  await page.getByRole('row').filter({ hasText: '凤凰' }).first().waitFor()
  await at('scores/analysis/drivers')
  await page.getByText('物业与小区更新').first().waitFor()
  await picture(page, 'drivers')

  await at('report')
  await page.getByRole('button', { name: '冻结报告' }).click()
  await page.getByLabel('说明').fill('提交领导小组审定')
  await page.getByRole('button', { name: '确认冻结' }).click()
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  const word = await saved(page, page.getByRole('button', { name: '综合报告 Word' }).first())
  const excel = await saved(page, page.getByRole('button', { name: '附表 Excel' }).first())
  for (const file of [word, excel]) assert.equal(file.bytes.subarray(0, 2).toString(), 'PK', file.name)
  assert.ok(word.bytes.includes('word/charts/chart1.xml'), 'the report has charts')
  await page.getByRole('button', { name: '核对字节' }).first().click()
  await page.getByText('逐字节相同', { exact: true }).waitFor()
  await picture(page, 'report')

  await page.goto(`${world.base}/appraisal/${wave}`)
  await confirmed(page, '复核通过')
  await confirmed(page, '公布成绩')
  const visitor = await open(world, { width: 390, height: 844 })
  await visitor.page.goto(`${world.base}/p/`)
  await visitor.page.getByText('2027年上半年').first().waitFor()
  assert.deepEqual([...faults, ...visitor.faults], [])
  await context.close()
}
