// Every page of scores, analysis, integrity and use of results on the demonstration district, on a desk and on a phone: no script error, no
// page wider than its screen, no table whose first column says nothing.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { open, picture, signIn, start } from './harness.mjs'

let world
before(async () => { world = await start() })
after(async () => { await world?.close() })

const scores = ['', '/indicators', '/groups', '/communities', '/slices', '/analysis/change', '/analysis/drivers', '/analysis/levels', '/analysis/costs', '/analysis/quality'].map((p) => `scores${p}`)
const integrity = ['', '/findings', '/effect', '/summary', '/decisions'].map((p) => `integrity${p}`)

/** What is wrong with the page as it stands. */
const complaints = () => {
  const out = []
  const root = document.documentElement
  if (root.scrollWidth > innerWidth + 1) out.push(`the page is ${root.scrollWidth} wide on a screen of ${innerWidth}`)
  for (const table of document.querySelectorAll('table')) {
    const rows = [...table.querySelectorAll('tbody tr')].filter((tr) => tr.offsetParent !== null)
    const told = rows.filter((tr) => { const cell = tr.cells[0]; return cell && (cell.innerText.trim() !== '' || cell.querySelector('svg,img,input')) })
    if (rows.length && !told.length) out.push(`the first column of ${table.getAttribute('aria-label') ?? 'a table'} is empty`)
  }
  if (/undefined|NaN|\[object Object\]/.test(document.body.innerText)) out.push('a value that is not there is shown')
  return out
}

for (const [width, height] of [[1440, 900], [390, 844]]) {
  test(`every page of scores, integrity and results stands at ${width} pixels`, async () => {
    const { page, context, faults } = await open(world)
    await signIn(page, world.base, 'lead')
    await page.setViewportSize({ width, height })
    const { items } = await (await page.request.get(`${world.base}/api/v1/waves`)).json()
    const wave = items.find((w) => ['published', 'archived', 'scored', 'reviewed'].includes(w.state))
    assert.ok(wave, 'the demonstration has a scored wave')
    const { items: settled } = await (await page.request.get(`${world.base}/api/v1/settlements`)).json().catch(() => ({ items: [] }))
    const street = (await (await page.request.get(`${world.base}/api/v1/waves/${wave.id}/scores`)).json()).items[0].area_code
    const results = ['results', ...(settled ?? []).map((one) => `results/${one.id}`)]
    const wrong = []
    for (const path of [...[...scores, ...integrity, `streets/${street}`].map((part) => `${wave.id}/${part}`), ...results]) {
      await page.goto(`${world.base}/appraisal/${path}`)
      await page.locator('main, .page, .frame').first().waitFor()
      await page.waitForLoadState('networkidle')
      wrong.push(...(await page.evaluate(complaints)).map((words) => `${path}: ${words}`), ...faults.splice(0).map((words) => `${path}: ${words}`))
      if (/groups$|costs$|levels$|findings$/.test(path)) await picture(page, `analysis-${path.split('/').pop()}-${width}`)
    }
    assert.deepEqual(wrong, [])
    await context.close()
  })
}
