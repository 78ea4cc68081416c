// What a device keeps of the program: one phone for two faces, a server that does not answer, a program that was renewed under an open page.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { open, signIn, start } from './harness.mjs'
import { until } from './telephones.mjs'

let world
before(async () => { world = await start() })
after(() => world.close())

const workerOf = (page, path) => until(`worker of ${path}`, () => page.evaluate(async (at) => (await navigator.serviceWorker.getRegistration(at))?.active?.state === 'activated', path))

test('the officers’ pages open without a network although the residents’ pages were opened on the same phone', async () => {
  const { page, context, faults } = await open(world, { width: 390, height: 844 })
  await page.goto(`${world.base}/m/`)
  await page.getByLabel('账号').waitFor()
  await workerOf(page, '/m/')
  const other = await context.newPage()
  await other.goto(`${world.base}/p/`)
  await other.getByRole('main').waitFor()
  await workerOf(other, '/p/')
  await context.setOffline(true)
  await page.goto(`${world.base}/m/`)
  await page.getByLabel('账号').waitFor()
  await other.goto(`${world.base}/p/`)
  await other.getByRole('main').waitFor()
  await context.setOffline(false)
  assert.deepEqual(faults, [])
  await context.close()
})

test('a click works although the program was renewed since the page was opened', async () => {
  const { page, context } = await open(world)
  await signIn(page, world.base, 'desk01')
  let gone = 0
  await page.route(/\/assets\/CallsPage-[^/]*\.js$/, (route) => (gone++ ? route.continue() : route.fulfill({ status: 404, body: '' })))
  await page.evaluate(() => { window.before = true })
  await page.getByRole('navigation', { name: '主导航' }).getByRole('link', { name: '通话', exact: true }).click()
  await page.waitForURL('**/calls')
  await page.getByRole('heading', { name: '通话记录' }).first().waitFor()
  assert.ok(gone >= 2 && !(await page.evaluate(() => window.before)), 'the page was loaded anew')
  await context.close()
})
