// The roster and the phone: an officer asks a colleague to take a shift and reads why not; who plans takes a file with a bad row, sets up
// usual shifts, and gives out and takes back a tracker by its code; help is in reach of every page of the phone.
import { after, before, test } from 'node:test'
import { exactly, open, password, picture, signIn, start } from './harness.mjs'
import { staff } from './staff.mjs'

let world
before(async () => { world = await start() })
after(async () => { await world?.close() })

const dayIn = (days) => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(new Date(Date.now() + days * 86400_000))

async function enter(page, username) {
  await page.goto(`${world.base}/m/`)
  await page.getByLabel('账号').fill(username)
  await page.getByLabel('密码', { exact: true }).fill(password)
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.getByRole('heading', { name: '今日任务' }).waitFor()
}

test('a swap is asked for on the phone and answered with a reason; files, usual shifts and trackers have their forms', async () => {
  const officer = await staff(world, 'officer01'), command = await staff(world, 'command')
  const grid = officer.me.areas[0].code, name = officer.me.user.name
  await command.call('POST', '/api/v1/roster/shifts', { officer_id: officer.me.user.id, area_code: grid, day: dayIn(2), name: '夜巡', from_min: 1260, minutes: 120 })

  // The officer asks; help is one touch away there too.
  const phone = await open(world, { width: 390, height: 844 })
  await enter(phone.page, 'officer01')
  await phone.page.getByRole('button', { name: '一键求助' }).waitFor()
  await phone.page.goto(`${world.base}/m/shifts`)
  const own = phone.page.getByRole('listitem').filter({ hasText: '夜巡' })
  await own.getByRole('button', { name: '换班' }).click()
  const sheet = phone.page.getByRole('dialog', { name: '夜巡换给谁' })
  await sheet.getByRole('radio').first().check()
  await sheet.getByLabel('原因').fill('家里有事')
  await picture(phone.page, 'shifts-swap')
  await sheet.getByRole('button', { name: '申请换班' }).click()
  await own.getByText('代班，等排班人员决定').waitFor()
  await phone.page.getByRole('button', { name: '一键求助' }).click()
  await phone.page.getByRole('dialog', { name: '求助' }).getByRole('button', { name: '按住2秒求助' }).waitFor()
  await phone.page.getByRole('button', { name: '关闭' }).click()

  // Who plans says no, and why.
  const desk = await open(world)
  await signIn(desk.page, world.base, 'command')
  await desk.page.goto(`${world.base}/roster`)
  const asked = desk.page.getByRole('listitem').filter({ hasText: `${name}申请由` })
  await asked.getByRole('button', { name: '不同意' }).click()
  const why = desk.page.getByRole('dialog', { name: '为什么不同意？' })
  await why.getByRole('textbox').fill('当天已经有两人请假')
  await why.getByRole('button', { name: '不同意' }).click()
  await asked.waitFor({ state: 'detached' })
  await phone.page.reload()
  await phone.page.getByText('答复：当天已经有两人请假').waitFor()
  await own.getByRole('button', { name: '换班' }).waitFor()
  await picture(phone.page, 'shifts')

  // A file with a good and a bad row is checked first.
  await desk.page.getByRole('button', { name: '导入' }).click()
  const file = desk.page.getByRole('dialog', { name: '导入排班' })
  const rows = ['日期,姓名,网格编码,班次,开始,结束', `${dayIn(3)},${name},${grid},夜巡,21:00,23:00`, `${dayIn(3)},查无此人,${grid},夜巡,21:00,23:00`]
  await file.locator('input[type=file]').setInputFiles({ name: '排班.csv', mimeType: 'text/csv', buffer: Buffer.from(rows.join('\n')) })
  await file.getByText('可用 1 行，有误 1 行').waitFor()
  await file.getByText('该区域内没有这名网格员').waitFor()
  await picture(desk.page, 'roster-import')
  await file.getByRole('button', { name: '只导入可用的 1 行' }).click()
  await desk.page.getByText('排入1个班').waitFor()

  await desk.page.getByRole('button', { name: '常用班次' }).click()
  const kinds = desk.page.getByRole('dialog', { name: '常用班次' })
  await kinds.getByLabel('名称').fill('夜巡')
  await kinds.getByLabel('开始').fill('22:00')
  await kinds.getByLabel('结束').fill('01:00')
  await kinds.getByText('次日').waitFor()
  await kinds.getByRole('button', { name: '添加' }).click()
  await kinds.getByRole('listitem').filter({ hasText: '22:00–01:00' }).waitFor()
  await picture(desk.page, 'roster-kinds')

  // A tracker by its code, and taken back only after asking.
  await desk.page.goto(`${world.base}/patrol/trackers`)
  await desk.page.getByRole('button', { name: '发一台' }).first().click()
  const give = desk.page.getByRole('dialog', { name: '发一台定位设备' })
  await give.getByLabel('给谁').selectOption({ index: 1 })
  await give.getByLabel('名称').fill('备用手机9')
  await give.getByLabel('应用').selectOption('owntracks')
  await give.getByRole('button', { name: '发一台' }).click()
  await desk.page.getByRole('img', { name: '配置二维码' }).waitFor()
  await picture(desk.page, 'tracker-code')
  await desk.page.getByRole('button', { name: '已扫好' }).click()
  const row = desk.page.getByRole('row').filter({ hasText: '备用手机9' })
  await row.getByRole('button', { name: '收回' }).click()
  await desk.page.getByRole('dialog').getByRole('button', { name: '收回' }).click()
  await row.getByText('已收回').waitFor()
  await exactly(row.getByRole('button', { name: '收回' }), 0, 'it is taken back once')
})
