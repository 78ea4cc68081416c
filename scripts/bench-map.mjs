// Frame times of the live map: node scripts/bench-map.mjs BASE [seconds]. BASE is a server with the small demonstration; the people and
// grids are made up here and fed to the page in place of its stream, so that only the page is measured. Chromium draws by SwiftShader
// where there is no graphics card: the figures are then of software and say what the worst machine does.
import { createRequire } from 'node:module'

const { chromium } = createRequire(new URL('../web/package.json', import.meta.url))('playwright-core')
const [base, seconds = '10'] = process.argv.slice(2)
if (!base) { console.error('Usage: node scripts/bench-map.mjs BASE [seconds]'); process.exit(2) }

const west = 118.70, south = 32.03, wide = 0.10, high = 0.09 // degrees that the people and grids fill
const grids = { composite: 991, dedicated: 605, police: 125 }

/** Cells of a lattice with crooked borders of some forty points each. */
function ground(kind, n) {
  const across = Math.ceil(Math.sqrt(n)), [w, h] = [wide / across, high / Math.ceil(n / across)]
  const bend = (i) => Math.sin(i * 12.9898) * 0.06
  const features = Array.from({ length: n }, (_, i) => {
    const [x, y] = [west + (i % across) * w, south + Math.floor(i / across) * h]
    const ring = []
    for (let k = 0; k < 10; k++) ring.push([x + (w * k) / 10, y + h * bend(i + k)])
    for (let k = 0; k < 10; k++) ring.push([x + w * (1 + bend(i + k)), y + (h * k) / 10])
    for (let k = 10; k > 0; k--) ring.push([x + (w * k) / 10, y + h * (1 + bend(i + k))])
    for (let k = 10; k > 0; k--) ring.push([x + w * bend(i + k), y + (h * k) / 10])
    ring.push(ring[0])
    const code = `320106001001${kind[0].toUpperCase()}${String(i).padStart(3, '0')}`
    return { type: 'Feature', id: code, geometry: { type: 'Polygon', coordinates: [ring] }, properties: { code, name: code, level: 'grid', kind } }
  })
  return JSON.stringify({ type: 'FeatureCollection', features })
}

/** A frame of the position stream (internal/patrol/stream_frame.go). */
function frame(whole, change, people) {
  const out = [1, (whole ? 1 : 0) | 2]
  const unsigned = (v) => { while (v > 127) { out.push((v % 128) | 128); v = Math.floor(v / 128) } out.push(v) }
  const signed = (v) => unsigned(v < 0 ? -2 * v - 1 : 2 * v)
  for (const v of [7, change, Date.now(), 0, people.length]) unsigned(v)
  let slot = 0, lat = 0, lon = 0
  for (const p of people) {
    unsigned(p.slot - slot); signed(p.lat - lat); signed(p.lon - lon); unsigned(800)
    out.push(p.slot % 17 ? 0 : 2)
    for (const v of [81, 13, 91, 7, 1]) unsigned(v)
    ;({ slot, lat, lon } = p)
  }
  return Buffer.from(out)
}

/** So many people who walk, each heard of every `every` seconds, in two frames a second. */
async function feed(page, count, every) {
  const people = Array.from({ length: count }, (_, i) => ({ slot: i + 1, lat: Math.round((south + Math.random() * high) * 1e6), lon: Math.round((west + Math.random() * wide) * 1e6), way: Math.random() * 7 }))
  await page.routeWebSocket(/live\/positions/, (socket) => {
    let change = 1, part = 0
    const names = { people: Object.fromEntries(people.map((p) => [p.slot, { id: `u${p.slot}`, name: `网格员${p.slot}`, unit: 'u', area: '320106001001' }])), grids: { 1: '演示社区第1网格' } }
    socket.send(JSON.stringify(names))
    socket.send(frame(true, change, people))
    const parts = every * 2
    const timer = setInterval(() => {
      const moved = people.filter((p) => p.slot % parts === part)
      part = (part + 1) % parts
      for (const p of moved) { p.way += (Math.random() - 0.5) * 0.6; p.lat += Math.round(Math.sin(p.way) * 12 * every); p.lon += Math.round(Math.cos(p.way) * 14 * every) }
      socket.send(frame(false, ++change, moved))
    }, 500)
    socket.onClose(() => clearInterval(timer))
  })
}

async function measure(browser, count, every) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' })
  const page = await context.newPage()
  page.setDefaultTimeout(180_000)
  await feed(page, count, every)
  for (const [kind, n] of Object.entries(grids)) { const body = ground(kind, n); await page.route(new RegExp(`regions\\.geojson.*kind=${kind}`), (route) => route.fulfill({ contentType: 'application/geo+json', body })) }
  await page.route(/patrol\/people\?/, (route) => route.fulfill({ json: { items: [], total: 0 } }))
  await page.goto(`${base}/`)
  await page.getByLabel('账号').fill('command')
  await page.getByLabel('密码', { exact: true }).fill('demo-2026-yiwang')
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.getByRole('navigation', { name: '主导航' }).waitFor()
  await page.goto(`${base}/patrol`)
  await page.locator('.person').first().waitFor()
  for (const layer of ['综合网格', '专属网格', '警务网格']) await page.getByRole('checkbox', { name: layer }).check()
  await page.waitForTimeout(6_000)
  const cdp = await context.newCDPSession(page)
  await cdp.send('Performance.enable')
  const busy = async () => Object.fromEntries((await cdp.send('Performance.getMetrics')).metrics.map((m) => [m.name, m.value]))
  const frames = (ms) => page.evaluate((time) => new Promise((resolve) => {
    const all = []
    let last = performance.now()
    const end = last + time
    const step = (now) => { all.push(now - last); last = now; if (now < end) requestAnimationFrame(step); else resolve(all) }
    requestAnimationFrame(step)
  }), ms)
  const told = (what, list, script) => {
    const sorted = [...list].sort((a, b) => a - b)
    const at = (q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))].toFixed(1)
    console.log(`${String(count).padStart(6)} people every ${every} s, ${Object.values(grids).reduce((a, b) => a + b)} grids, ${what}: frame p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, ${(list.length / (list.reduce((a, b) => a + b) / 1000)).toFixed(1)} fps, script ${script.toFixed(0)} ms a second`)
  }
  const time = Number(seconds) * 1000
  for (const what of ['people move', 'the map moves too']) {
    if (what !== 'people move') await page.locator('canvas.maplibregl-canvas').focus()
    const before = await busy()
    const running = frames(time)
    if (what !== 'people move') for (let n = 0; n < time / 500; n++) { await page.keyboard.press(n % 8 < 4 ? 'ArrowRight' : 'ArrowLeft'); await page.waitForTimeout(400) }
    const list = await running
    const after = await busy()
    told(what, list, ((after.ScriptDuration - before.ScriptDuration) * 1000) / (after.Timestamp - before.Timestamp))
  }
  await context.close()
}

const browser = await chromium.launch({ executablePath: process.env.YIWANG_CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--disable-background-networking'] })
await measure(browser, 1_600, 5)
await measure(browser, 13_000, 10)
await browser.close()
