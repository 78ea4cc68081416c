// A page that lives through days in minutes: its clock and timers are ours and go on to the next timer at once, its questions to the
// server are real, and its position stream tells of officers who move, come and go. Networks can be cut meanwhile. While time passes it
// draws its canvases every ten minutes of its own and is painted every hour: on a processor that costs more than all the rest.

/** Runs in the page before anything else. */
function takeTime({ officers, every, hour }) {
  const real = { Date, fetch: window.fetch.bind(window), frame: window.requestAnimationFrame.bind(window), noFrame: window.cancelAnimationFrame.bind(window) }
  const turns = [], bell = new MessageChannel() // quicker than a timer, which a browser holds back
  bell.port1.onmessage = () => turns.shift()()
  const turn = () => new Promise((go) => { turns.push(go); bell.port2.postMessage(0) })
  let now = Number(sessionStorage.getItem('virtual-now')) || (hour === undefined ? real.Date.now() : new real.Date().setHours(hour, 0, 0, 0))
  let next = 1
  const timers = new Map()
  const add = (work, wait, again) => { timers.set(next, { at: now + Math.max(again ? 1 : 0, Number(wait) || 0), work, again: again ? Math.max(1, wait) : 0, id: next }); return next++ }
  window.Date = class extends real.Date {
    constructor(...given) { given.length ? super(...given) : super(now) }
    static now() { return now }
  }
  window.setTimeout = (work, wait, ...more) => add(() => work(...more), wait, false)
  window.setInterval = (work, wait, ...more) => add(() => work(...more), wait, true)
  window.clearTimeout = window.clearInterval = (id) => { timers.delete(id) }

  const begun = now, pictures = 600_000
  performance.now = () => now - begun
  let passing = false, drawn, asked = []
  function draw() {
    drawn = undefined
    const list = asked
    asked = []
    for (const one of list) one.work(performance.now())
  }
  window.requestAnimationFrame = (work) => {
    if (!passing) return real.frame(() => work(performance.now()))
    drawn ??= add(draw, pictures, false)
    asked.push({ work, id: -next })
    return -next++
  }
  window.cancelAnimationFrame = (id) => { if (id < 0) asked = asked.filter((one) => one.id !== id); else real.noFrame(id) }

  const state = { up: true, stream: true, answers: 0, failures: 0, frames: 0, ...JSON.parse(sessionStorage.getItem('virtual-state') ?? '{}') }
  const note = () => { sessionStorage.setItem('virtual-now', String(now)); sessionStorage.setItem('virtual-state', JSON.stringify(state)) }
  const pending = new Set()
  /** The whole answer at once, so that nothing of it is still on its way when time goes on. */
  async function whole(...question) {
    const answer = await real.fetch(...question)
    const body = await answer.arrayBuffer()
    return new Response(body.byteLength ? body : null, { status: answer.status, statusText: answer.statusText, headers: answer.headers })
  }
  window.fetch = (...question) => {
    const answer = state.up ? whole(...question) : Promise.reject(new TypeError('cut'))
    const settled = answer.then(() => { state.answers++ }, () => { state.failures++ }).finally(() => pending.delete(settled))
    pending.add(settled)
    return answer
  }

  // ---- the position stream: everybody at the beginning, then a step of some, and one who goes and one who comes
  const people = Array.from({ length: officers }, (_, n) => ({ slot: n + 1, lat: 32_050_000 + (n * 7919) % 60_000, lon: 118_740_000 + (n * 104_729) % 60_000 }))
  let slots = officers, change = 1
  const sockets = new Set()
  const unsigned = (out, v) => { while (v >= 128) { out.push((v % 128) | 128); v = Math.floor(v / 128) } out.push(v) }
  const signed = (out, v) => unsigned(out, v >= 0 ? v * 2 : -v * 2 - 1)
  function frame(whole, gone, list) {
    const out = [1, whole ? 1 : 0]
    unsigned(out, 7); unsigned(out, ++change); unsigned(out, now)
    unsigned(out, gone.length); for (const slot of gone) unsigned(out, slot)
    const spots = [...list].sort((a, b) => a.slot - b.slot)
    unsigned(out, spots.length)
    let slot = 0, lat = 0, lon = 0
    for (const one of spots) { unsigned(out, one.slot - slot); signed(out, one.lat - lat); signed(out, one.lon - lon); unsigned(out, 500); out.push(one.slot % 9 === 0 ? 2 : 0); ({ slot, lat, lon } = one) }
    return new Uint8Array(out).buffer
  }
  function walk() {
    const n = Math.floor((now / 1000) % people.length)
    const left = people[n].slot
    people[n] = { slot: ++slots, lat: people[n].lat, lon: people[n].lon }
    const moved = people.filter((one, i) => i === n || (i + change) % 4 === 0)
    for (const one of moved) { one.lat += ((one.slot + change) % 21) - 10; one.lon += ((one.slot * 3 + change) % 21) - 10 }
    const bytes = frame(false, [left], moved)
    for (const socket of sockets) { state.frames++; socket.onmessage?.({ data: bytes }) }
  }
  window.WebSocket = class {
    constructor() { add(() => { if (this.over) return; if (!state.up || !state.stream) return this.drop(); sockets.add(this); this.onopen?.({}); this.onmessage?.({ data: frame(true, [], people) }) }, 1) }
    close() { this.over = true; sockets.delete(this) }
    drop() { this.close(); this.onclose?.({}) }
    send() {}
  }
  add(() => walk(), every, true)

  /** The page is laid out all the time; it is painted when somebody looks. */
  const show = (on) => { document.documentElement.style.visibility = on ? '' : 'hidden' }

  window.virtual = {
    state,
    cut(what, on) { state[what] = on; if (!on) for (const socket of [...sockets]) socket.drop() },
    now: () => now,
    timers: () => timers.size,
    /** Goes on for so long, one timer after the other; every answer of the server is waited for. */
    async pass(ms) {
      const until = now + ms
      passing = true
      show(false)
      for (let n = 1; ; n++) {
        let first
        for (const one of timers.values()) if (!first || one.at < first.at) first = one
        if (!first || first.at > until) break
        now = Math.max(now, first.at)
        if (first.again) first.at = now + first.again
        else timers.delete(first.id)
        first.work()
        while (pending.size) { await Promise.all(pending); await turn() }
        await null
        if (n % 5_000 === 0) {
          note()
          show(true)
          await new Promise((go) => real.frame(go))
          await turn()
          show(false)
        }
      }
      passing = false
      show(true)
      now = until
      note()
      return now
    },
  }
}

/** Gives the page a clock of its own; call it before the page is opened. */
export const virtualTime = (context, { officers = 300, every = 5_000, hour } = {}) => context.addInitScript(takeTime, { officers, every, hour })

/** Lets so many milliseconds pass in the page; survives a page that loads itself anew meanwhile. Returns whether it did. */
export async function pass(page, ms) {
  const end = (await page.evaluate(() => window.virtual.now())) + ms
  let anew = false
  for (let now = end - ms; now < end;) {
    try {
      now = await page.evaluate((left) => window.virtual.pass(Math.min(left, 1_800_000)), end - now)
    } catch (error) {
      if (!/context was destroyed|navigation|Target closed/i.test(error.message)) throw error
      anew = true
      await page.waitForFunction(() => window.virtual && document.querySelector('.duty'))
      now = await page.evaluate(() => window.virtual.now())
    }
  }
  return anew
}

/** Bytes of JavaScript and nodes of the page after what nobody needs was thrown away. */
export async function weigh(page, devtools) {
  await page.evaluate(() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go))))
  await devtools.send('HeapProfiler.collectGarbage')
  const { usedSize } = await devtools.send('Runtime.getHeapUsage')
  const { metrics } = await devtools.send('Performance.getMetrics')
  const of = (name) => metrics.find((one) => one.name === name)?.value ?? 0
  return { heap: usedSize, nodes: of('Nodes'), listeners: of('JSEventListeners'), timers: await page.evaluate(() => window.virtual.timers()) }
}

const hour = 3_600_000

/** What goes wrong: on every day the network and the position stream, once the server and the version of the page. Less than a day is a short day. */
export function troubles(days, { kill, revive, version, back } = {}) {
  const set = (what, on) => (page) => page.evaluate(([name, value]) => window.virtual.cut(name, value), [what, on])
  const day = Math.min(1, days) * 24 * hour
  const list = []
  for (let n = 0; n < days; n++) {
    list.push({ at: (n + 0.3) * day, run: set('up', false) }, { at: (n + 0.3) * day + (0.1 + n) * hour, run: set('up', true) })
    list.push({ at: (n + 0.6) * day, run: set('stream', false) }, { at: (n + 0.65) * day, run: set('stream', true) })
  }
  const dark = Math.min(Math.ceil(days), 3) * 0.8 * day
  if (kill) list.push({ at: dark, run: kill }, { at: dark + hour / 6, run: revive })
  if (version) list.push({ at: 0.15 * day, run: version }, { at: 0.18 * day, run: back })
  return list.filter((one) => one.at < days * 24 * hour).sort((a, b) => a.at - b.at)
}

/** The next version of the page: its script has another name until the returned function is called. That every question passes by here meanwhile makes the page slow. */
export async function renew(context, base) {
  const page = await (await fetch(`${base}/screen`, { headers: { Accept: 'text/html' } })).text()
  const script = /\/assets\/[\w.-]+\.js/.exec(page)?.[0]
  if (!script) return () => undefined // not built: a page in development has no version
  const next = script.replace('.js', '-next.js')
  await context.route(`**${next}`, async (route) => route.fulfill({ response: await route.fetch({ url: base + script }) }))
  await context.route(/\/screen(\?.*)?$/, async (route) => route.fulfill({ contentType: 'text/html', body: page.replaceAll(script, next) }))
  return () => context.unrouteAll()
}

/** Takes the wall through so many days; says what it weighs at the end of each as soon as it is known, and how often it loaded itself anew. */
export async function through(page, context, address, { days, troubles: list, every = 24 * hour, officers = 300, from, say = () => {} }) {
  await virtualTime(context, { officers, hour: from })
  await page.goto(address)
  await page.locator('.duty').waitFor()
  const devtools = await context.newCDPSession(page)
  await devtools.send('Performance.enable')
  const weights = []
  let at = 0, anew = 0, next = hour / 4
  const go = async (until) => { if (until > at) { anew += Number(await pass(page, until - at)); at = until } }
  while (at < days * 24 * hour) {
    const soon = list[0]
    await go(Math.min(next, soon?.at ?? Infinity, days * 24 * hour))
    if (soon && at >= soon.at) { list.shift(); await soon.run(page) }
    if (at >= next || at >= days * 24 * hour) {
      await page.getByText('今日流转').waitFor()
      weights.push({ day: (at / 24 / hour).toFixed(2), ...(await weigh(page, devtools)) })
      say(weights.at(-1))
      next += every
    }
    const shown = await page.evaluate(() => [document.querySelector('.clock .s')?.textContent ?? '', `${new Date().getMonth() + 1}月${new Date().getDate()}日`])
    if (!shown[0].startsWith(shown[1])) throw new Error(`the wall says ${shown[0]} on ${shown[1]}`)
  }
  return { weights, anew, state: await page.evaluate(() => window.virtual.state) }
}
