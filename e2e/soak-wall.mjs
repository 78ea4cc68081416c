// A week of the wall's page in minutes: `node e2e/soak-wall.mjs [days]` with YIWANG_BIN and YIWANG_CHROMIUM as the journeys. Every timer of the
// page runs at its virtual time, every question goes to a real server. Meanwhile the network is gone for hours, the position stream is dead,
// the server is killed and started again, the page gets a new version, and midnights pass. Prints memory by the day; exits 1 if it grows.
import { open, start } from './harness.mjs'
import { staff } from './staff.mjs'
import { renew, through, troubles } from './week.mjs'

const days = Number(process.argv[2] ?? 7)
const world = await start()
try {
  const command = await staff(world, 'command')
  const given = await command.call('POST', '/api/v1/wall/screens', { label: '长明', area_code: command.me.areas[0].code, days: 30 })
  const { page, context, faults } = await open(world, { width: 1920, height: 1080 })
  const begun = Date.now()
  let old
  const seconds = () => Math.round((Date.now() - begun) / 1000)
  const say = (w) => console.log(`day ${w.day} after ${seconds()} s: heap ${(w.heap / 1e6).toFixed(1)} MB, ${w.nodes} nodes, ${w.listeners} listeners, ${w.timers} timers`)
  const { weights, anew, state } = await through(page, context, `${world.base}/screen#${given.token}`, { days, say, troubles: troubles(days, { kill: world.kill, revive: world.revive, version: async () => { old = await renew(context, world.base) }, back: () => old() }) })
  console.log(`${days} days in ${seconds()} s: ${state.answers} answers, ${state.failures} failures, ${state.frames} frames of positions, loaded anew ${anew} times; faults: ${faults.filter((one) => !one.startsWith('5')).join('; ') || 'none'}`)
  const [first, last] = [weights[Math.min(2, weights.length - 2)], weights.at(-1)]
  if (last.heap > first.heap * 1.25 + 3e6 || last.nodes > first.nodes * 1.25 + 200 || last.timers > first.timers + 10) process.exitCode = 1
} finally {
  await world.close()
}
