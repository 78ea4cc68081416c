// Staff at work through the API, for journeys whose subject is somebody else's page.
import { password, scene } from './harness.mjs'

/** Somebody signed in: `call` throws what the server refuses. */
export async function staff(world, username) {
  const answer = await fetch(`${world.base}/api/v1/session`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ username, password }) })
  const me = await answer.json()
  if (!answer.ok) throw new Error(`${username}: ${JSON.stringify(me)}`)
  const headers = { cookie: answer.headers.get('set-cookie').split(';')[0], 'X-CSRF-Token': me.csrf_token }
  const read = async (response) => {
    const text = await response.text()
    if (!response.ok) throw new Error(`${response.url}: ${response.status} ${text}`)
    return text ? JSON.parse(text) : undefined
  }
  const call = async (method, path, body) => read(await fetch(world.base + path, { method, headers: { ...headers, 'Content-Type': 'application/json' }, body: body && JSON.stringify(body) }))
  /** One action on the case as it stands now. */
  const act = async (id, action, body = {}) => call('POST', `/api/v1/cases/${id}/actions/${action}`, { version: (await call('GET', `/api/v1/cases/${id}`)).version, ...body })
  const photo = async (id, phase, lit) => {
    const form = new FormData()
    form.set('photo', new Blob([await scene(world, lit)], { type: 'image/png' }), 'photo.png')
    form.set('phase', phase)
    return read(await fetch(`${world.base}/api/v1/cases/${id}/evidence`, { method: 'POST', headers, body: form }))
  }
  return { me, call, act, photo }
}

/** The middle of a grid. */
export async function middleOf(who, grid) {
  const { features } = await who.call('GET', `/api/v1/regions.geojson?level=grid&within=${grid.slice(0, 12)}`)
  const [longitude, latitude] = features.find((f) => f.properties.code === grid).properties.label
  return { latitude, longitude, accuracy: 6 }
}

/** Takes a case on until it waits for verification: filed if a category is given, dispatched to `unit`, handled with photographs. */
export async function handled(desk, unit, id, category) {
  if (category) await desk.act(id, 'file', { category })
  await desk.act(id, 'dispatch', { lead_unit: unit.me.user.unit.id })
  await unit.act(id, 'sign')
  await unit.photo(id, 'before', false)
  await unit.photo(id, 'after', true)
  return unit.act(id, 'handle', { result: 'resolved', outcome: '已更换灯头，恢复照明' })
}

/** Waits until everybody who walks in the demonstration is on duty, however late at night the story was loaded; then figures hold still. */
export async function allWalk(command) {
  const walkers = (await command.call('GET', '/api/v1/patrol/devices')).items.filter((d) => d.label === '演示行走' && !d.revoked_at).map((d) => d.officer_id)
  for (const end = Date.now() + 60_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 200))) {
    const here = new Set((await command.call('GET', '/api/v1/patrol/positions')).items.map((p) => p.officer_id))
    if (walkers.every((w) => here.has(w))) return
  }
  throw new Error('not everybody who walks in the demonstration came on duty')
}
