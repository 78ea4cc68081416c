// Calls between the desk and officers in browsers of their own, with cameras and microphones of the browser's own making: from a case to the
// officer and into its history, three people and two devices, the relay, a server that ends in between, a network that goes away.
import assert from 'node:assert/strict'
import { createServer, connect } from 'node:net'
import { after, afterEach, before, test } from 'node:test'
import { exactly, picture } from './harness.mjs'
import { staff } from './staff.mjs'
import { callFrom, centre, phone, reach, sees, startWithCameras, until, wayOf } from './telephones.mjs'

let world, desk, officer
before(async () => {
  world = await startWithCameras()
  desk = await staff(world, 'desk01')
  officer = await staff(world, 'officer01')
})
after(async () => { await world?.close() })
/** A journey that failed leaves no call to the next. */
afterEach(async () => { for (const who of [desk, officer]) { const { call } = await who.call('GET', '/api/v1/calls/current'); if (call) await who.call('POST', `/api/v1/calls/${call.id}/actions/hang_up`, {}) } })

const dock = (page) => page.locator('.dock')
const answer = (page) => page.getByRole('button', { name: '接听' }).click()
const hangUp = (page) => dock(page).getByRole('button', { name: '挂断' }).click()
const ended = async (...all) => { for (const one of all) { assert.deepEqual(one.faults.filter((f) => !/^50[23] /.test(f)), []); await one.context.close() } }

test('from a case to its officer: seen, held, recorded with consent, in the history; declined, missed, exported', async () => {
  const list = await desk.call('GET', '/api/v1/cases?state=inspecting&limit=50')
  const one = list.items.find((c) => c.officer === officer.me.user.id)
  assert.ok(one, 'a case of the demonstration waits for the first officer')
  const at = await centre(world, 'desk01', `/cases/${one.id}`), field = await phone(world)
  await at.page.getByRole('button', { name: /^呼叫/ }).first().click()
  await field.page.getByText('为什么找您').waitFor()
  await field.page.getByText(one.number).waitFor()
  await picture(field.page, 'call-incoming')
  await answer(field.page)
  await sees(at.page)
  await sees(field.page)
  const call = (await desk.call('GET', '/api/v1/calls/current')).call
  for (const p of call.parties) assert.ok(p.media_at && Date.parse(p.media_at) - Date.parse(call.answered_at) < 5_000, 'connected soon after the answer')
  // A machine without an address of its own, as a sealed container, may forbid what is asked here; a bare connection says so.
  if (await reach(at.page, field.page)) await until('the call goes direct over udp where the network lets it', async () => await wayOf(field.page) === 'direct over udp')
  await picture(field.page, 'call-phone')
  await at.page.getByRole('button', { name: '录像', exact: true }).click()
  await field.page.getByRole('button', { name: '同意录像' }).click()
  await field.page.getByText('正在录像，存一年，附在事件里', { exact: true }).waitFor()
  await at.page.getByRole('button', { name: '保持', exact: true }).click()
  await field.page.getByText('保持中').first().waitFor()
  await at.page.getByRole('button', { name: '恢复' }).click()
  await sees(field.page)
  await picture(at.page, 'call-desk')
  await hangUp(field.page)
  await dock(at.page).getByText('已通话').waitFor()
  await until('both recordings are in the history of the case', async () => (await desk.call('GET', `/api/v1/cases/${one.id}`)).history.filter((h) => h.action === 'call_recording').length === 2)
  await at.page.reload()
  await at.page.getByRole('complementary', { name: '办理经过' }).getByText(/视频通话\d+秒/).waitFor()
  const evidence = (await desk.call('GET', `/api/v1/cases/${one.id}`)).recordings
  assert.ok(evidence.length === 2 && evidence.every((r) => /^[0-9a-f]{64}$/.test(r.sha256) && r.bytes > 0), 'both are evidence of the case')
  await at.page.getByText('的通话录像').nth(1).waitFor()
  await picture(at.page, 'call-evidence')
  await at.page.getByRole('link', { name: '录像2段' }).click()
  await at.page.getByLabel('为什么看').fill('核对现场情况')
  await at.page.getByRole('button', { name: '看录像' }).click()
  const plays = await at.page.locator('video[controls]').first().evaluate((v) => new Promise((resolve, reject) => {
    v.onerror = () => reject(new Error(`the recording does not play: ${v.error?.message}`))
    v.onloadeddata = () => resolve({ wide: v.videoWidth, seconds: v.duration })
    if (v.readyState > 1) v.onloadeddata()
  }))
  assert.ok(plays.wide > 0 && plays.seconds > 0, JSON.stringify(plays))
  await picture(at.page, 'call-recording')
  const [file] = await Promise.all([at.page.waitForEvent('download'), at.page.getByRole('link', { name: '导出' }).click()])
  assert.match(file.suggestedFilename(), /通话记录\.xlsx$/)

  const declined = await callFrom(at.page, officer.me.user.id, '再看一眼')
  await field.page.getByRole('button', { name: '在爬楼，5分钟后回您' }).click()
  await dock(at.page).getByText('在爬楼，5分钟后回您').waitFor()
  assert.equal((await desk.call('GET', `/api/v1/calls/${declined.id}`)).ending, 'declined')

  await callFrom(at.page, officer.me.user.id, '问一句话')
  await field.page.getByText('问一句话').waitFor()
  await hangUp(at.page)
  await dock(field.page).getByText(/未接来电：/).waitFor()
  await picture(field.page, 'call-missed')
  await dock(field.page).getByRole('link', { name: '看一眼' }).click()
  await field.page.getByRole('listitem').filter({ hasText: '问一句话' }).getByText('未接来电').first().waitFor()
  await field.page.getByRole('listitem').filter({ hasText: one.title }).first().getByRole('button').click()
  await field.page.getByText('核对现场情况').first().waitFor() // who looked at the recording, and why
  await picture(field.page, 'call-log')
  await ended(at, field)
})

test('a third comes in, and an officer takes the call over to another device', async () => {
  const mate = await staff(world, 'officer02')
  const at = await centre(world), field = await phone(world), third = await phone(world, 'officer02')
  await callFrom(at.page, officer.me.user.id, '三方看现场')
  await answer(field.page)
  await sees(at.page)
  await at.page.getByRole('button', { name: '邀请第三人' }).click()
  await at.page.getByLabel('姓名或单位').fill(mate.me.user.name)
  await at.page.locator('.panel').getByRole('button', { name: new RegExp(mate.me.user.name) }).first().click()
  await answer(third.page)
  for (const page of [at.page, field.page, third.page]) await sees(page, 2)
  await picture(at.page, 'call-three')
  const tablet = await phone(world)
  await tablet.page.getByRole('button', { name: '转到这里' }).click()
  await sees(tablet.page, 2)
  await field.page.getByText('您在另一台设备或页面上通话。').waitFor()
  await sees(at.page, 2)
  await hangUp(third.page)
  await exactly(at.page.locator('.stage figure:not(.own)'), 1, 'one is left')
  await sees(tablet.page)
  await hangUp(at.page)
  await dock(tablet.page).getByText('已通话').waitFor()
  await ended(at, field, third, tablet)
})

test('a ring and a call outlive a server that ends at once', async () => {
  const at = await centre(world), field = await phone(world)
  const call = await callFrom(at.page, officer.me.user.id, '服务器重启也不断')
  await field.page.getByText('服务器重启也不断').waitFor()
  await world.restart()
  await answer(field.page)
  await sees(at.page)
  await sees(field.page)
  await world.restart()
  await field.page.getByText('网络断了，正在重新连接，30秒内不会挂断').waitFor()
  await picture(field.page, 'call-lost')
  await until('the same call goes on', async () => {
    const now = (await desk.call('GET', '/api/v1/calls/current')).call
    return now?.id === call.id && now.state === 'talking' && now.parties.every((p) => p.state === 'joined' && !p.lost_at)
  })
  await sees(at.page)
  await sees(field.page)
  await hangUp(at.page)
  await dock(field.page).getByText('已通话').waitFor()
  await ended(at, field)
})

for (const over of ['udp', 'tcp']) test(`through the relay over ${over} alone`, async () => {
  const nowhere = 9 // the other way leads to nothing
  const field = await phone(world, 'officer01', { at: '/m/calls', relay: (r) => ({ ...r, ...(over === 'udp' ? { tcp_port: nowhere } : { udp_port: nowhere }) }) }), at = await centre(world)
  await field.page.getByRole('button', { name: '视频呼叫指挥中心' }).click()
  await at.page.getByText('呼叫指挥中心').first().waitFor()
  await answer(at.page)
  await sees(at.page)
  await sees(field.page)
  assert.equal(await wayOf(field.page), `relay over ${over}`)
  await picture(field.page, `call-relayed-${over}`)
  await hangUp(at.page)
  await dock(field.page).getByText('已通话').waitFor()
  await ended(at, field)
})

test('a network that goes away and comes back within the grace costs no call', async () => {
  const lines = new Set()
  let shut = false, behind = 0
  const gate = createServer((near) => {
    if (shut) return near.destroy()
    const far = connect(behind, '127.0.0.1')
    for (const [from, to] of [[near, far], [far, near]]) { lines.add(from); from.pipe(to); from.on('error', () => to.destroy()); from.on('close', () => { lines.delete(from); to.destroy() }) }
  })
  await new Promise((resolve) => gate.listen(0, '127.0.0.1', resolve))
  const field = await phone(world, 'officer01', { relay: (r) => { behind = r.tcp_port; return { ...r, udp_port: 9, tcp_port: gate.address().port } } }), at = await centre(world)
  const call = await callFrom(at.page, officer.me.user.id, '进电梯也不断')
  await answer(field.page)
  await sees(at.page)
  shut = true
  for (const line of lines) line.destroy()
  await field.context.setOffline(true)
  await field.page.getByText('网络断了，正在重新连接，30秒内不会挂断').waitFor()
  await dock(at.page).getByText('正在连接').first().waitFor() // the desk sees that the officer is away
  await picture(at.page, 'call-away')
  shut = false
  await field.context.setOffline(false)
  await until('the officer is back in the same call', async () => (await desk.call('GET', `/api/v1/calls/${call.id}`)).parties.every((p) => p.state === 'joined' && !p.lost_at))
  await sees(at.page)
  await sees(field.page)
  await hangUp(at.page)
  await ended(at, field)
  gate.close()
})

test('the trial says which ways are open, and that a forged credential opens none', async () => {
  const at = await centre(world, 'desk01', '/calls/test')
  for (const way of ['signal', 'udp', 'tcp', 'relay-udp', 'relay-tcp', 'microphone', 'camera']) await at.page.locator(`[data-way=${way}][data-state=ok]`).waitFor()
  await at.page.getByText('可以视频通话。').waitFor()
  await picture(at.page, 'call-test')
  const field = await phone(world, 'officer01', { at: '/m/call-test', relay: (r) => ({ ...r, username: r.username.replace(':', '9:') }) })
  for (const way of ['udp', 'tcp', 'microphone', 'camera']) await field.page.locator(`[data-way=${way}][data-state=ok]`).waitFor()
  for (const way of ['relay-udp', 'relay-tcp']) await field.page.locator(`[data-way=${way}][data-state=failed]`).waitFor()
  await picture(field.page, 'call-test-phone')
  await ended(at, field)
})
