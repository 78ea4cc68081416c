// The officer's day: tasks by due time, a report in three taps and a verification without a network, sent exactly once when it is
// back; a case that somebody changed meanwhile is shown beside what the officer wrote, and nothing is overwritten.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { onDisk } from './disk.mjs'
import { open, password, picture, scene, start } from './harness.mjs'
import { handled, middleOf, staff } from './staff.mjs'

let world
before(async () => { world = await start() })
after(async () => { await world?.close() })

const lamp = '020501' // found below by its name
const photo = async (lit) => ({ name: 'photo.png', mimeType: 'image/png', buffer: await scene(world, lit) })

async function enter(page, username) {
  await page.goto(`${world.base}/m/`)
  await page.getByLabel('账号').fill(username)
  await page.getByLabel('密码', { exact: true }).fill(password)
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.getByRole('heading', { name: '今日任务' }).waitFor()
}

/** The code of a category by a piece of its name. */
async function categoryOf(who, piece, entry) {
  const { classes } = await who.call('GET', '/api/v1/duty/categories')
  const leaves = classes.flatMap((c) => c.groups.flatMap((g) => g.leaves))
  return leaves.find((leaf) => leaf.name.includes(piece) && (!entry || leaf.entry_level === entry)) ?? leaves.find((leaf) => leaf.code === lamp)
}

test('an officer works without a network, everything arrives once, and a conflict overwrites nothing', async () => {
  const desk = await staff(world, 'desk01'), unit = await staff(world, 'urban01'), officer = await staff(world, 'officer01')
  const grid = officer.me.areas[0].code
  const here = await middleOf(officer, grid)
  const leaf = await categoryOf(desk, '路灯')
  const report = (title) => desk.call('POST', '/api/v1/cases', { channel: 'hotline', title, text: `${title}，晚上看不清台阶`, category: leaf.code, lat: here.latitude, lon: here.longitude, address: '四平路18号' })
  const good = await report('十二幢东侧路灯不亮'), raced = await report('三号门路灯不亮')
  for (const one of [good, raced]) await handled(desk, unit, one.id, leaf.code)

  const { page, context, faults } = await open(world, { width: 390, height: 844, geolocation: here, permissions: ['geolocation'] })
  await enter(page, 'officer01')
  await page.getByText('十二幢东侧路灯不亮').first().waitFor()
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  await page.reload() // from now on the worker serves the pages
  await page.getByText('三号门路灯不亮').first().waitFor()
  await page.getByText('已同步').waitFor()
  await picture(page, 'officer-today')
  await page.waitForFunction(async (ids) => {
    const store = await new Promise((resolve) => { const r = indexedDB.open('yiwang-officer'); r.onsuccess = () => resolve(r.result) })
    const keys = await new Promise((resolve) => { const r = store.transaction('cases').objectStore('cases').getAllKeys(); r.onsuccess = () => resolve(r.result) })
    store.close()
    return ids.every((id) => keys.includes(id))
  }, [good.id, raced.id])

  await context.setOffline(true)
  await page.reload()
  await page.getByText('没有网络，可以接着干').waitFor()
  // A report: photograph, what it is, submit.
  await page.getByRole('link', { name: '上报', exact: true }).click()
  await page.getByLabel('拍照').setInputFiles(await photo(false))
  await page.getByLabel('说一句').fill('路灯不亮，灯杆歪了')
  await page.getByRole('button', { name: leaf.name }).first().click()
  await picture(page, 'officer-report')
  await page.getByRole('button', { name: '提交' }).click()
  await page.getByText('等网络，1件').waitFor()
  // Two verifications; the photograph says where it was taken.
  for (const title of ['十二幢东侧路灯不亮', '三号门路灯不亮']) {
    await page.goto(`${world.base}/m/`)
    await page.getByRole('link').filter({ hasText: title }).or(page.locator('.first').filter({ hasText: title }).getByRole('link')).first().click()
    await page.getByRole('heading', { name: title }).waitFor()
    await page.getByLabel('拍现场照片').setInputFiles(await photo(true))
    await page.getByText('离事发点').waitFor()
    if (title.startsWith('十二')) await picture(page, 'officer-verify')
    await page.getByRole('button', { name: '修好了，核查通过' }).click()
    await page.getByRole('dialog').getByRole('button', { name: '修好了，核查通过' }).click()
    await page.getByRole('heading', { name: '今日任务' }).waitFor()
  }
  await page.goto(`${world.base}/m/queue`)
  await page.getByText('等网络，3件').waitFor()
  await picture(page, 'officer-offline')
  const disk = await onDisk(page, 'yiwang-officer')
  for (const piece of ['灯杆歪了', '十二幢东侧', '四平路18号', officer.me.user.name, here.latitude.toFixed(4), 'JFIF\u0000\u0001', 'WEBPVP8']) assert.ok(!disk.text.includes(piece), `${JSON.stringify(piece)} lies open on the phone`)
  assert.ok(disk.records >= 8 && disk.sealed === disk.records, `${disk.sealed} of ${disk.records} records are sealed`)
  assert.equal(disk.keyIsOut, false, 'no script reads the key')
  assert.equal(await (await desk.call('GET', `/api/v1/cases/${good.id}`)).state, 'checking', 'nothing has arrived yet')
  await desk.act(raced.id, 'rework', { note: '居民来电说灯还在闪' }) // meanwhile, at the desk

  await context.setOffline(false)
  await page.getByText('记录对不上').waitFor()
  await page.getByText('一天内2件').waitFor()
  const mine = (await officer.call('GET', '/api/v1/cases?mine=true&limit=50')).items.filter((c) => c.text === '路灯不亮，灯杆歪了')
  assert.equal(mine.length, 1, 'reported once')
  assert.equal((await desk.call('GET', `/api/v1/cases/${mine[0].id}`)).evidence.length, 1)
  const verified = await desk.call('GET', `/api/v1/cases/${good.id}`)
  assert.equal(verified.state, 'checked')
  assert.equal(verified.evidence.filter((e) => e.phase === 'check').length, 1)
  assert.equal((await desk.call('GET', `/api/v1/cases/${raced.id}`)).state, 'rework', 'what the desk did stands')
  await assert.rejects(officer.call('POST', '/api/v1/cases', { channel: 'officer', source: mine[0].source, source_number: mine[0].source_number, text: 'x', lat: here.latitude, lon: here.longitude }), /source_known/)

  await page.getByRole('button', { name: '看差别' }).click()
  await page.getByText('居民来电说灯还在闪').waitFor()
  await picture(page, 'officer-conflict')
  await page.getByRole('button', { name: '只把我写的留作留言' }).click()
  await page.getByText('都送到了').waitFor()
  const kept = await desk.call('GET', `/api/v1/cases/${raced.id}`)
  assert.equal(kept.state, 'rework')
  assert.ok(kept.history.some((h) => h.action === 'comment' && h.note.includes('已处置好')), 'the words are kept')
  assert.deepEqual(faults, [])
})

test('a petty matter is settled on the spot with photographs from before and after, and the officer finds it again', async () => {
  const officer = await staff(world, 'officer01')
  const here = await middleOf(officer, officer.me.areas[0].code)
  const leaf = await categoryOf(officer, '', 'grid')
  const { page, faults } = await open(world, { width: 390, height: 844, geolocation: here, permissions: ['geolocation'] })
  await enter(page, 'officer01')
  await page.goto(`${world.base}/m/report`)
  await page.getByLabel('拍照').setInputFiles(await photo(false))
  await page.getByLabel('说一句').fill('随手处理的小事')
  await page.getByRole('button', { name: /我自己选|选一个类别/ }).click()
  await page.getByRole('searchbox', { name: '搜类别' }).fill(leaf.name)
  await page.getByRole('dialog').getByRole('button', { name: leaf.name }).first().click()
  await page.getByLabel('我已当场处置好').check()
  await page.getByLabel('拍处置后的照片').setInputFiles(await photo(true))
  await page.getByLabel('做了什么').fill('已当场清理')
  await page.getByRole('button', { name: '提交' }).click()
  await page.getByText('都送到了').waitFor()
  await page.goto(`${world.base}/m/reports`)
  await page.getByText(leaf.name).first().waitFor()
  await picture(page, 'officer-reports')
  const [one] = (await officer.call('GET', '/api/v1/cases?mine=true&limit=1')).items
  assert.equal(one.state, 'self_closed')
  await page.goto(`${world.base}/m/me`)
  await page.getByText('不记录：不在岗时的位置和轨迹').waitFor()
  await picture(page, 'officer-me')
  await page.getByRole('button', { name: '退出登录' }).click()
  await page.getByRole('button', { name: '登录', exact: true }).waitFor()
  assert.equal((await onDisk(page, 'yiwang-officer')).records, 0, 'signing out leaves nothing on the phone')
  assert.deepEqual(faults, [])
})
