// A call between the desk and an officer in two browsers with cameras and microphones of the browser's own making: rung, answered and seen
// on both sides, held, recorded with consent, ended; then declined with a few words, busy, back to the centre, and once more with one side
// forced through the relay.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createRequire } from 'node:module'
import { open, password, picture, signIn, start } from './harness.mjs'
import { staff } from './staff.mjs'

const { chromium } = createRequire(new URL('../web/package.json', import.meta.url))('playwright-core')
let world
before(async () => {
  world = await start()
  await world.browser.close()
  world.browser = await chromium.launch({ executablePath: process.env.YIWANG_CHROMIUM, args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--no-first-run',
    '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', '--autoplay-policy=no-user-gesture-required', '--allow-loopback-in-peer-connection'] })
})
after(async () => { await world?.close() })

const media = { permissions: ['camera', 'microphone'] }
const screen = (page) => page.getByRole('region', { name: '通话', exact: true }).or(page.locator('.dock.call'))

async function phone(relayed) {
  const one = await open(world, { width: 390, height: 844, ...media })
  await watched(one.context)
  if (relayed) await one.context.addInitScript(() => localStorage.setItem('yiwang.calls.relay', '1'))
  await one.page.goto(`${world.base}/m/`)
  await one.page.getByLabel('账号').fill('officer01')
  await one.page.getByLabel('密码', { exact: true }).fill(password)
  await one.page.getByRole('button', { name: '登录', exact: true }).click()
  await one.page.getByRole('heading', { name: '今日任务' }).waitFor()
  return one
}

/** The other side's picture moves: it comes, and what is shown goes on changing. */
async function sees(page) {
  const video = page.locator('.stage figure:not(.own) video[data-seen=true]').first()
  await video.waitFor()
  const frames = () => page.locator('.stage figure:not(.own) video').first().evaluate((v) => v.getVideoPlaybackQuality().totalVideoFrames)
  const before = await frames()
  for (const end = Date.now() + 20_000; await frames() < before + 5;) if (Date.now() > end) throw new Error(`the picture stands still at ${before}`)
}

/** Keeps hold of the connections a page makes, to ask which way they went. */
const watched = (context) => context.addInitScript(() => {
  const Made = window.RTCPeerConnection
  window.made = []
  window.RTCPeerConnection = class extends Made { constructor(...all) { super(...all); window.made.push(this) } }
})
const wayOf = (page) => page.evaluate(async () => {
  const all = [...(await window.made.at(-1).getStats()).values()]
  const transport = all.find((r) => r.type === 'transport')
  const pair = all.find((r) => r.id === transport.selectedCandidatePairId)
  return all.find((r) => r.id === pair.localCandidateId).candidateType
})

/** Rings somebody from a page of the console, as its buttons do. */
async function callFrom(page, officer, reason) {
  const c = await page.evaluate(async ({ to, why }) => {
    const { csrf_token: csrf } = await (await fetch('/api/v1/session')).json()
    const made = await fetch('/api/v1/calls', { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf, 'Idempotency-Key': crypto.randomUUID() },
      body: JSON.stringify({ to, kind: 'video', reason: why, device: sessionStorage.getItem('yiwang.calls.page') }) })
    return made.json()
  }, { to: officer, why: reason })
  assert.ok(c.id, JSON.stringify(c))
  return c
}

test('desk and officer see each other, agree to be recorded, decline with a word, and call through the relay', async () => {
  const officer = await staff(world, 'officer01'), desk = await staff(world, 'desk01')
  const mine = officer.me.user.id
  const centre = await open(world, media), field = await phone(false)
  await signIn(centre.page, world.base, 'desk01')

  let call = await callFrom(centre.page, mine, '四平路管沟燃气告警，想看一眼现场')
  await field.page.getByText('四平路管沟燃气告警').waitFor()
  await picture(field.page, 'call-incoming')
  await field.page.getByRole('button', { name: '接听' }).click()
  await sees(centre.page)
  await sees(field.page)
  const was = await desk.call('GET', `/api/v1/calls/${call.id}`)
  const answered = Date.parse(was.answered_at)
  for (const p of was.parties) assert.ok(p.media_at && Date.parse(p.media_at) - answered < 5_000, 'connected soon after the answer')
  assert.notEqual(await wayOf(field.page), 'relay', 'direct where the network lets it')
  await picture(field.page, 'call-phone')

  await centre.page.getByRole('button', { name: '录像', exact: true }).click()
  await field.page.getByRole('button', { name: '同意录像' }).click()
  await field.page.getByText('正在录像，存一年', { exact: true }).waitFor()
  await centre.page.getByRole('button', { name: '保持', exact: true }).click()
  await field.page.getByText('保持中').first().waitFor()
  await centre.page.getByRole('button', { name: '恢复' }).click()
  await sees(field.page)
  await picture(centre.page, 'call-desk')
  await centre.page.waitForTimeout(2_000) // what is to be recorded
  await field.page.getByRole('button', { name: '挂断' }).click()
  await centre.page.locator('.dock').getByText('已通话').waitFor()
  let kept
  for (const end = Date.now() + 20_000; !(kept?.length === 2) && Date.now() < end;) kept = (await desk.call('GET', `/api/v1/calls/${call.id}`)).recordings.filter((r) => r.state === 'kept' && r.length_ms > 500)
  assert.equal(kept?.length, 2, 'both are recorded')
  await centre.page.goto(`${world.base}/calls?call=${call.id}`)
  await centre.page.getByLabel('为什么看').fill('核对现场情况')
  await centre.page.getByRole('button', { name: '看录像' }).click()
  const plays = await centre.page.locator('video[controls]').first().evaluate((v) => new Promise((resolve, reject) => {
    v.onerror = () => reject(new Error(`the recording does not play: ${v.error?.message}`))
    v.onloadeddata = () => resolve({ wide: v.videoWidth, seconds: v.duration })
    if (v.readyState > 1) v.onloadeddata()
  }))
  assert.ok(plays.wide > 0 && plays.seconds > 0.5, JSON.stringify(plays))
  await picture(centre.page, 'call-recording')

  call = await callFrom(centre.page, mine, '再看一眼')
  await field.page.getByRole('button', { name: '在爬楼，5分钟后回您' }).click()
  await centre.page.getByText('在爬楼，5分钟后回您').first().waitFor()
  assert.equal((await desk.call('GET', `/api/v1/calls/${call.id}`)).ending, 'declined')

  call = await callFrom(centre.page, mine, '问一句话')
  await field.page.getByText('问一句话').waitFor()
  await centre.page.locator('.dock').getByRole('button', { name: '挂断' }).click()
  await field.page.goto(`${world.base}/m/calls`)
  const row = field.page.getByRole('listitem').filter({ hasText: '问一句话' })
  await row.getByText('未接来电').waitFor()
  await field.page.getByRole('listitem').filter({ hasText: '四平路管沟' }).getByRole('button').click()
  await field.page.getByText('核对现场情况').first().waitFor() // who looked at the recording, and why
  await picture(field.page, 'call-log')

  await field.context.close()
  const again = await phone(true)
  await again.page.goto(`${world.base}/m/calls`)
  await again.page.getByRole('button', { name: '视频呼叫指挥中心' }).click()
  await centre.page.getByText('呼叫指挥中心').first().waitFor()
  await centre.page.getByRole('button', { name: '接听' }).click()
  await sees(centre.page)
  await sees(again.page)
  assert.equal(await wayOf(again.page), 'relay')
  await screen(again.page).first().waitFor()
  await picture(again.page, 'call-relayed')
  await centre.page.getByRole('button', { name: '挂断' }).click()
  await again.page.getByText('已通话').first().waitFor()
  assert.deepEqual([...centre.faults, ...field.faults, ...again.faults], [])
})
