// What every journey shares: a server of its own on a free loopback port with the small demonstration district, and a
// real Chromium in front of it. Both end with the test.
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'

const require = createRequire(new URL('../web/package.json', import.meta.url))
const { chromium } = require('playwright-core')

export const password = 'demo-2026-yiwang'
const out = new URL('./out/', import.meta.url).pathname

/** How every browser of a journey is started. */
export const flags = ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-quic', '--no-first-run']

const freePort = () => new Promise((resolve, reject) => {
  const server = createServer()
  server.on('error', reject)
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address()
    server.close(() => resolve(port))
  })
})

/** Starts server and browser; `close` ends both. `run` calls the same binary on the same data. */
export async function start({ scale = 'small' } = {}) {
  const binary = process.env.YIWANG_BIN
  const data = mkdtempSync(join(tmpdir(), 'yiwang-e2e-'))
  const run = (...args) => spawnSync(binary, ['--data', data, ...args], { encoding: 'utf8', timeout: 300_000 })
  const template = process.env.YIWANG_E2E_TEMPLATE // loaded once by scripts/e2e.sh; a single file loads its own
  if (template && scale === 'small') cpSync(template, data, { recursive: true })
  else {
    const loaded = run('demo', 'load', '--scale', scale)
    if (loaded.status !== 0) throw new Error(`demo load: ${loaded.stderr}`)
  }
  const port = await freePort()
  const base = `http://127.0.0.1:${port}`
  let server
  const serve = async () => {
    server = spawn(binary, ['--data', data, 'serve', '--demo', '--addr', `127.0.0.1:${port}`], { stdio: ['ignore', 'inherit', 'inherit'] })
    await until(async () => (await fetch(`${base}/readyz`)).ok, 60_000)
  }
  // Whatever ends this program ends its server: a journey that is broken off leaves nothing behind.
  const last = () => { server?.kill('SIGKILL'); rmSync(data, { recursive: true, force: true }) }
  const broken = (signal) => process.exit(128 + constants.signals[signal])
  process.on('exit', last)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, broken)
  await serve()
  const browser = await chromium.launch({ executablePath: process.env.YIWANG_CHROMIUM, args: flags })
  const world = { base, browser, run, data }
  const end = (signal) => new Promise((resolve) => {
    if (server.exitCode !== null || server.signalCode) return resolve()
    server.once('exit', resolve)
    server.kill(signal)
  })
  /** The server ends at once, as a machine that loses its power, and begins again at the same place. */
  world.kill = () => end('SIGKILL')
  world.revive = serve
  world.restart = async () => {
    await world.kill()
    await serve()
  }
  world.close = async () => {
    await world.browser.close() // a journey may have put one of its own there
    await end('SIGTERM')
    process.off('exit', last)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, broken)
    rmSync(data, { recursive: true, force: true })
  }
  return world
}

async function until(check, ms) {
  for (const end = Date.now() + ms; ;) {
    try {
      if (await check()) return
    } catch { /* not listening yet */ }
    if (Date.now() > end) throw new Error('the server did not become ready')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** A page that fails the test on any script error, CSP violation or answer of 500. */
export async function open(world, { width = 1440, height = 900, ...more } = {}) {
  const context = await world.browser.newContext({ viewport: { width, height }, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', acceptDownloads: true, ...more })
  const page = await context.newPage()
  page.setDefaultTimeout(30_000) // a machine under load is slow, not wrong
  const faults = []
  page.on('pageerror', (e) => faults.push(`script error: ${e.message}`))
  page.on('console', (m) => { if (m.type() === 'error' && /Content Security Policy|Uncaught/.test(m.text())) faults.push(m.text()) })
  page.on('response', (r) => { if (r.status() >= 500) faults.push(`${r.status()} ${r.url()}`) })
  return { page, context, faults }
}

/** Waits until so many are there: a list comes after its page. */
export async function exactly(locator, count, what) {
  let found
  for (const end = Date.now() + 30_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 100))) if ((found = await locator.count()) === count) return
  throw new Error(`${what}: ${found} instead of ${count}`)
}

/** Signs in through the form. */
export async function signIn(page, base, username) {
  await page.goto(`${base}/`)
  await page.getByLabel('账号').fill(username)
  await page.getByLabel('密码', { exact: true }).fill(password)
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.getByRole('navigation', { name: '主导航' }).waitFor()
}

/** Keeps a picture to look at. */
export async function picture(page, name) {
  mkdirSync(out, { recursive: true })
  await page.screenshot({ path: join(out, `${name}.png`) })
}

/** A picture of a lamp, dark, lit or lit in a colour, drawn by the browser: a real PNG that nobody photographed. */
export async function scene(world, lit) {
  const page = await world.browser.newPage({ viewport: { width: 480, height: 320 } })
  await page.setContent('<canvas width="480" height="320"></canvas>')
  await page.evaluate((on) => {
    const c = document.querySelector('canvas').getContext('2d')
    c.fillStyle = '#101826'; c.fillRect(0, 0, 480, 320)
    c.fillStyle = '#5d6470'; c.fillRect(236, 90, 8, 230)
    c.fillStyle = on === true ? '#ffe9a8' : on || '#2a3344'; c.beginPath(); c.arc(240, 84, 26, 0, 7); c.fill()
  }, lit)
  const png = await page.locator('canvas').screenshot()
  await page.close()
  return png
}

/** Presses a button, fills the dialog it opens and confirms with the button of the same name unless another is given. */
export async function ask(page, button, fill = async () => {}, confirm) {
  const name = confirm ?? (await button.innerText()).trim()
  await button.click()
  const dialog = page.getByRole('dialog')
  await dialog.waitFor()
  await fill(dialog)
  await dialog.getByRole('button', { name, exact: true }).click()
  await dialog.waitFor({ state: 'hidden' })
}
