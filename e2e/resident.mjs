// A resident with a letter in the hand: the code is read off the paper, the questions are answered one after the other.
import assert from 'node:assert/strict'
import { inflateSync } from 'node:zlib'
import { picture } from './harness.mjs'

/** The letters on the pages of a PDF, by the table of its embedded font. */
function textOf(pdf) {
  const parts = []
  for (const { index, 0: head } of pdf.toString('latin1').matchAll(/stream\r?\n/g)) {
    const from = index + head.length
    const packed = pdf.subarray(from, pdf.indexOf('endstream', from))
    try { parts.push(inflateSync(packed).toString('latin1')) } catch { parts.push(packed.toString('latin1')) }
  }
  const letters = new Map()
  for (const part of parts.filter((one) => one.includes('begincmap')))
    for (const [, glyph, letter] of part.matchAll(/<([0-9A-F]{4})>\s*<[0-9A-F]{4}>\s*<([0-9A-F]{4})>/gi)) letters.set(glyph.toUpperCase(), String.fromCodePoint(parseInt(letter, 16)))
  const words = (hex) => hex.toUpperCase().match(/.{4}/g).map((glyph) => letters.get(glyph) ?? '').join('')
  return parts.filter((part) => part.includes('BT')).flatMap((part) => [...part.matchAll(/<((?:[0-9A-F]{4})+)>/gi)].map(([, hex]) => words(hex))).join('\n')
}

/** Prints the letters of a street's elders and reads the first code, as a resident would from the paper. */
export async function codeFromLetter(world, lead, wave) {
  const { csrf_token: token } = await (await lead.request.get(`${world.base}/api/v1/session`)).json()
  const drawn = await (await lead.request.get(`${world.base}/api/v1/waves/${wave}/invitations?state=open&group=elder&limit=1`)).json()
  const printed = await lead.request.post(`${world.base}/api/v1/waves/${wave}/letters`, {
    headers: { 'X-CSRF-Token': token }, data: { base: world.base, office: '鼓楼区考评办', street: drawn.items[0].street, group: 'elder', again: true },
  })
  assert.equal(printed.status(), 200)
  const code = /[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}/.exec(textOf(await printed.body()))?.[0]
  assert.ok(code, 'the letter shows a code')
  return { code, token }
}

/** Answers the question on the screen: a face, the first choice, or the sentence. */
export async function answer(page, sentence) {
  const area = page.locator('.questions')
  if (await area.locator('fieldset').count()) return
  if (await area.locator('textarea').count()) return area.locator('textarea').fill(sentence)
  const choice = area.locator('label').first()
  if (await choice.count()) await choice.click()
}

export const questionOf = async (page) => (await page.locator('.questions h2').first().innerText()).replace(/\s/g, '')

/** Answers what is left, says of what was put right last time that it is solved, and hands in. Returns how much was asked again. */
export async function finish(page, sentence) {
  const submit = page.getByRole('button', { name: '提交答卷' }), step = page.getByRole('button', { name: '下一步' })
  for (;;) {
    await answer(page, sentence)
    if (await submit.count() || await step.count()) break
    const before = await questionOf(page)
    await page.getByRole('button', { name: '下一题' }).click()
    await page.waitForFunction((text) => document.querySelector('.questions h2')?.innerText.replace(/\s/g, '') !== text, before)
  }
  let again = 0
  if (await step.count()) {
    await step.click()
    await page.getByRole('heading', { name: '再问您几件事' }).waitFor()
    const solved = page.locator('.again label').filter({ hasText: /^解决了$/ })
    again = await solved.count()
    for (let n = 0; n < again; n++) await solved.nth(n).click()
    await picture(page, 'answer-again')
  }
  await submit.click()
  return again
}
