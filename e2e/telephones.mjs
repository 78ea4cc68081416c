// Browsers with cameras and microphones of the browser's own making, and what journeys of calls ask of them.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { flags, open, password, start } from './harness.mjs'

const { chromium } = createRequire(new URL('../web/package.json', import.meta.url))('playwright-core')
const media = { permissions: ['camera', 'microphone'] }

/** A world whose browser has camera and microphone. */
export async function startWithCameras() {
  const world = await start()
  await world.browser.close()
  world.browser = await chromium.launch({ executablePath: process.env.YIWANG_CHROMIUM, args: [...flags,
    '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', '--autoplay-policy=no-user-gesture-required', '--allow-loopback-in-peer-connection'] })
  return world
}

/** Keeps hold of the connections a page makes, to ask which way they went. */
const watched = (context) => context.addInitScript(() => {
  const Made = window.RTCPeerConnection
  window.made = []
  window.RTCPeerConnection = class extends Made { constructor(...all) { super(...all); window.made.push(this) } }
})

/** Who the server's relay is for this page: `change` says it otherwise. With it the page calls through the relay only. */
const relayedBy = async (context, change) => {
  await context.addInitScript(() => localStorage.setItem('yiwang.calls.relay', '1'))
  await context.route('**/api/v1/calls/relay', async (route) => {
    const answer = await route.fetch()
    await route.fulfill({ response: answer, json: change(await answer.json()) })
  })
}

/** A page of the phone's face, signed in; it may know more of its device, as where it is. */
export async function phone(world, user = 'officer01', { relay, at = '/m/', permissions = [], ...more } = {}) {
  const one = await open(world, { width: 390, height: 844, permissions: [...media.permissions, ...permissions], ...more })
  await watched(one.context)
  if (relay) await relayedBy(one.context, relay)
  await one.page.goto(world.base + at)
  await one.page.getByLabel('账号').fill(user)
  await one.page.getByLabel('密码', { exact: true }).fill(password)
  await one.page.getByRole('button', { name: '登录', exact: true }).click()
  await one.page.waitForURL((url) => !url.pathname.includes('sign-in'))
  return one
}

/** A page of the console, signed in. */
export async function centre(world, user = 'desk01', at = '/calls') {
  const one = await open(world, media)
  await watched(one.context)
  await one.page.goto(world.base + at)
  await one.page.getByLabel('账号').fill(user)
  await one.page.getByLabel('密码', { exact: true }).fill(password)
  await one.page.getByRole('button', { name: '登录', exact: true }).click()
  await one.page.getByRole('navigation', { name: '主导航' }).waitFor()
  return one
}

/** The others' pictures move: so many come, and what is shown goes on changing. */
export async function sees(page, others = 1) {
  const videos = page.locator('.stage figure:not(.own) video[data-seen=true]')
  for (let n = 0; n < others; n++) await videos.nth(n).waitFor()
  const frames = (n) => page.locator('.stage figure:not(.own) video').nth(n).evaluate((v) => v.getVideoPlaybackQuality().totalVideoFrames)
  for (let n = 0; n < others; n++) {
    const before = await frames(n)
    for (const end = Date.now() + 20_000; await frames(n) < before + 5;) if (Date.now() > end) throw new Error(`picture ${n} stands still at ${before}`)
  }
}

/** Which way the last connection of a page went: direct or through the relay, and over what. */
export const wayOf = (page) => page.evaluate(async () => {
  const all = [...(await window.made.at(-1).getStats()).values()]
  const transport = all.find((r) => r.type === 'transport' && r.selectedCandidatePairId)
  if (!transport) return 'none yet'
  const local = all.find((r) => r.id === all.find((p) => p.id === transport.selectedCandidatePairId).localCandidateId)
  return local.candidateType === 'relay' ? `relay over ${local.relayProtocol}` : `direct over ${local.protocol}`
})

/** Whether the network lets two pages reach each other without a relay: a bare connection between them, with nothing of ours. */
export async function reach(a, b) {
  const make = (page, remote) => page.evaluate(async (theirs) => {
    if (!window.bare) { window.bare = new RTCPeerConnection(); window.made.pop() } // not one of the page's
    const one = window.bare
    if (theirs) await one.setRemoteDescription(theirs)
    if (one.signalingState === 'stable' && theirs) return
    if (!theirs) one.createDataChannel('trial')
    await one.setLocalDescription(await (theirs ? one.createAnswer() : one.createOffer()))
    for (const end = Date.now() + 5_000; one.iceGatheringState !== 'complete' && Date.now() < end;) await new Promise((resolve) => setTimeout(resolve, 50))
    return one.localDescription.toJSON()
  }, remote)
  await make(a, await make(b, await make(a)))
  const came = await until('', () => a.evaluate(() => window.bare.connectionState === 'connected'), 8).catch(() => false)
  for (const page of [a, b]) await page.evaluate(() => { window.bare.close(); delete window.bare })
  return came
}

/** Rings somebody from a page of the console, as its buttons do. */
export async function callFrom(page, to, reason, more = {}) {
  const c = await page.evaluate(async (wish) => {
    const { csrf_token: csrf } = await (await fetch('/api/v1/session')).json()
    const made = await fetch('/api/v1/calls', { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf, 'Idempotency-Key': crypto.randomUUID() },
      body: JSON.stringify({ kind: 'video', device: sessionStorage.getItem('yiwang.calls.page'), ...wish }) })
    return made.json()
  }, { to, reason, ...more })
  assert.ok(c.id, JSON.stringify(c))
  return c
}

/** Waits until something that is asked for is so. */
export async function until(what, ask, seconds = 20) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const got = await ask()
    if (got) return got
  }
  throw new Error(`waited in vain: ${what}`)
}
