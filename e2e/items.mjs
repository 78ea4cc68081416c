// The steps of an item of the reverse list as people take them on its pages.

/** Takes a step: the blue button or an entry of 更多, then its dialog. */
export async function act(page, verb, fill = async () => {}) {
  const primary = page.getByRole('button', { name: verb, exact: true })
  await primary.or(page.getByRole('button', { name: '更多' })).first().waitFor()
  if (!(await primary.first().isVisible())) await page.getByRole('button', { name: '更多' }).click()
  await page.getByRole('button', { name: verb, exact: true }).or(page.getByRole('menuitem', { name: verb, exact: true })).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.waitFor()
  await fill(dialog)
  await dialog.getByRole('button', { name: verb, exact: true }).click()
  await dialog.waitFor({ state: 'hidden' })
}

/** Uploads a photo of the state before or after the work. */
export async function photograph(page, words, file) {
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: words }).click()])
  await Promise.all([page.waitForResponse((r) => r.url().includes('/evidence') && r.request().method() === 'POST' && r.ok()), chooser.setFiles(file)])
}

/** Draws a cover over a part of the photo in the dialog, from corner to corner. */
async function cover(page) {
  const dialog = page.getByRole('dialog')
  const image = dialog.locator('.board img')
  await image.waitFor()
  await page.waitForFunction(() => document.querySelector('.board img')?.naturalWidth > 0)
  const box = await image.boundingBox()
  await page.mouse.move(box.x + box.width * 0.4, box.y + box.height * 0.1)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.4, { steps: 4 })
  await page.mouse.up()
  await dialog.getByRole('button', { name: /遮盖1处后展示/ }).click()
  await dialog.waitFor({ state: 'hidden' })
}

/** One person writes the public page and covers what must not be seen, another one publishes it. */
export async function release(world, id, editor, publisher, write = async () => {}) {
  await editor.goto(`${world.base}/rectify/items/${id}/page`)
  await editor.getByRole('heading', { name: '文字' }).waitFor()
  await write(editor)
  const shots = editor.locator('section li').filter({ has: editor.getByRole('button', { name: '画遮盖' }) })
  await shots.first().getByRole('button', { name: '画遮盖' }).click()
  await cover(editor)
  await editor.getByText('遮盖1处后展示').first().waitFor()
  for (let n = await shots.count() - 1; n > 0; n--) {
    await shots.nth(n).getByRole('button', { name: '没有要遮的，展示' }).click()
    await shots.nth(n).getByText('看过，没有要遮的').waitFor()
  }
  await editor.getByRole('button', { name: '提交发布' }).click()
  await editor.getByText('等另一人发布').first().waitFor()
  await publisher.goto(`${world.base}/rectify/items/${id}/page`)
  await publisher.getByRole('button', { name: '发布', exact: true }).click()
  await publisher.getByText('已公示').first().waitFor()
}
