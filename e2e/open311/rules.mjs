// Rules of Open311 GeoReport v2, read from the public specification (wiki.open311.org/GeoReport_v2) in our own words. Each
// rule is a name and a check that throws; `examine` runs all of them against a server and returns what came of each.
import assert from 'node:assert/strict'
import { parse, textOf } from './xml.mjs'

const w3c = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/
const types = ['realtime', 'batch', 'blackbox']
const datatypes = ['string', 'number', 'datetime', 'text', 'singlevaluelist', 'multivaluelist']

class Server {
  constructor(base, key) {
    this.base = base.replace(/\/$/, '')
    this.key = key
  }

  async get(path, query = {}) {
    return this.answer(await fetch(`${this.base}/${path}?${new URLSearchParams(query)}`))
  }

  async post(path, form) {
    return this.answer(await fetch(`${this.base}/${path}`, { method: 'POST', body: new URLSearchParams(form) }))
  }

  async answer(response) {
    const text = await response.text()
    const kind = response.headers.get('content-type') ?? ''
    return { status: response.status, kind, link: response.headers.get('link') ?? '', text, get json() { return JSON.parse(text) }, get xml() { return parse(text) } }
  }
}

function list(answer, format, root, item) {
  assert.equal(answer.status, 200, answer.text.slice(0, 200))
  if (format === 'json') {
    assert.match(answer.kind, /application\/json/)
    assert.ok(Array.isArray(answer.json), 'a list is an array')
    return answer.json
  }
  assert.match(answer.kind, /(text|application)\/xml/)
  assert.equal(answer.xml.name, root)
  return answer.xml.children.map((node) => {
    assert.equal(node.name, item)
    return Object.fromEntries(node.children.map((child) => [child.name, child.children.length ? child.children : child.text.trim()]))
  })
}

function fault(answer, format, status) {
  assert.equal(answer.status, status, answer.text.slice(0, 200))
  const [code, description] = format === 'json'
    ? [answer.json[0].code, answer.json[0].description]
    : [Number(textOf(answer.xml.children[0], 'code')), textOf(answer.xml.children[0], 'description')]
  if (format === 'xml') assert.deepEqual([answer.xml.name, answer.xml.children[0].name], ['errors', 'error'])
  assert.equal(code, status)
  assert.ok(description, 'a fault says what is wrong')
}

function soundRequest(r, codes) {
  assert.ok(r.service_request_id, 'a request has an id')
  assert.ok(['open', 'closed'].includes(r.status), `status ${r.status}`)
  assert.ok(codes.has(r.service_code), `service_code ${r.service_code} is among the services`)
  assert.ok(r.service_name)
  for (const field of ['requested_datetime', 'updated_datetime', 'expected_datetime']) if (r[field]) assert.match(r[field], w3c, field)
  assert.ok(r.requested_datetime)
  assert.ok((r.lat && r.long) || r.address || r.address_id, 'a request has a place')
  if (r.lat) assert.ok(Math.abs(Number(r.lat)) <= 90 && Math.abs(Number(r.long)) <= 180)
  if (r.media_url) assert.match(r.media_url, /^https?:\/\//)
}

/** The rules, in order; later ones use what earlier ones found (`seen`). */
const rules = [
  ['discovery names an endpoint of GeoReport v2 with both formats', async (s, format) => {
    const answer = await s.get(`discovery.${format}`)
    assert.equal(answer.status, 200)
    if (format === 'json') {
      assert.match(answer.json.changeset, w3c)
      assert.ok(answer.json.endpoints.some((e) => /GeoReport_v2/.test(e.specification) && e.url && e.formats.length))
    } else {
      assert.equal(answer.xml.name, 'discovery')
      assert.ok(answer.xml.children.find((c) => c.name === 'endpoints').children.length)
    }
  }],
  ['services have code, name, type and metadata, each code once', async (s, format, seen) => {
    const all = list(await s.get(`services.${format}`), format, 'services', 'service')
    assert.ok(all.length > 0)
    for (const x of all) {
      assert.ok(x.service_code && x.service_name && x.description !== undefined)
      assert.ok(types.includes(x.type), `type ${x.type}`)
      assert.ok([true, false, 'true', 'false'].includes(x.metadata))
      assert.equal(typeof x.keywords, 'string')
    }
    seen.codes = new Set(all.map((x) => x.service_code))
    assert.equal(seen.codes.size, all.length, 'codes are unique')
    seen.realtime = all.find((x) => x.type === 'realtime')
    seen.described = all.find((x) => String(x.metadata) === 'true')
  }],
  ['a service with metadata has a definition with sound attributes', async (s, format, seen) => {
    if (!seen.described) return
    const answer = await s.get(`services/${seen.described.service_code}.${format}`)
    assert.equal(answer.status, 200)
    if (format === 'json') {
      assert.equal(answer.json.service_code, seen.described.service_code)
      for (const a of answer.json.attributes) {
        assert.ok(a.code && datatypes.includes(a.datatype) && Number.isInteger(a.order) && typeof a.required === 'boolean' && typeof a.variable === 'boolean' && a.description)
        if (/valuelist/.test(a.datatype)) assert.ok(a.values.length && a.values.every((v) => v.key && v.name))
      }
    } else {
      assert.equal(answer.xml.name, 'service_definition')
      assert.equal(textOf(answer.xml, 'service_code'), seen.described.service_code)
      assert.ok(answer.xml.children.find((c) => c.name === 'attributes').children.every((a) => a.name === 'attribute' && datatypes.includes(textOf(a, 'datatype'))))
    }
  }],
  ['an unknown service is 404', async (s, format) => fault(await s.get(`services/no-such-service.${format}`), format, 404)],
  ['an unknown jurisdiction is 404', async (s, format) => fault(await s.get(`services.${format}`, { jurisdiction_id: 'nowhere.example' }), format, 404)],
  ['requests are sound, at most 1000, none older than 90 days', async (s, format, seen) => {
    const all = list(await s.get(`requests.${format}`), format, 'service_requests', 'request')
    assert.ok(all.length <= 1000)
    for (const r of all) {
      soundRequest(r, seen.codes)
      assert.ok(Date.now() - Date.parse(r.requested_datetime) < 91 * 86_400_000, 'within 90 days')
    }
    seen.requests = all
  }],
  ['status selects', async (s, format) => {
    for (const status of ['open', 'closed']) for (const r of list(await s.get(`requests.${format}`, { status }), format, 'service_requests', 'request')) assert.equal(r.status, status)
  }],
  ['service_code selects one or several', async (s, format, seen) => {
    const codes = [...new Set(seen.requests.map((r) => r.service_code))].slice(0, 2)
    if (!codes.length) return
    for (const r of list(await s.get(`requests.${format}`, { service_code: codes.join(',') }), format, 'service_requests', 'request')) assert.ok(codes.includes(r.service_code))
  }],
  ['start_date and end_date select', async (s, format, seen) => {
    const middle = seen.requests[Math.floor(seen.requests.length / 2)]
    if (!middle) return
    const [from, to] = [middle.requested_datetime, new Date(Date.parse(middle.requested_datetime) + 86_400_000).toISOString()]
    const got = list(await s.get(`requests.${format}`, { start_date: from, end_date: to }), format, 'service_requests', 'request')
    assert.ok(got.some((r) => r.service_request_id === middle.service_request_id))
    for (const r of got) assert.ok(Date.parse(r.requested_datetime) >= Date.parse(from) - 1000 && Date.parse(r.requested_datetime) <= Date.parse(to) + 1000)
  }],
  ['a date that is none is 400', async (s, format) => fault(await s.get(`requests.${format}`, { start_date: 'yesterday' }), format, 400)],
  ['service_request_id selects several and overrules the rest', async (s, format, seen) => {
    const ids = seen.requests.slice(0, 3).map((r) => r.service_request_id)
    if (!ids.length) return
    const got = list(await s.get(`requests.${format}`, { service_request_id: ids.join(','), status: 'closed', start_date: '2000-01-01T00:00:00Z', end_date: '2000-01-02T00:00:00Z' }), format, 'service_requests', 'request')
    assert.deepEqual(new Set(got.map((r) => r.service_request_id)), new Set(ids))
  }],
  ['one request is a list of one', async (s, format, seen) => {
    const one = seen.requests[0]
    if (!one) return
    const got = list(await s.get(`requests/${one.service_request_id}.${format}`), format, 'service_requests', 'request')
    assert.equal(got.length, 1)
    assert.equal(got[0].service_request_id, one.service_request_id)
  }],
  ['an unknown request is 404', async (s, format) => fault(await s.get(`requests/no-such-request.${format}`), format, 404)],
  ['paging walks through without gap or repetition', async (s, format, seen) => {
    const pages = []
    for (const page of [1, 2, 3]) pages.push(...list(await s.get(`requests.${format}`, { page_size: 5, page }), format, 'service_requests', 'request'))
    assert.deepEqual(pages.map((r) => r.service_request_id), seen.requests.slice(0, 15).map((r) => r.service_request_id))
  }],
  ['the link of a page (extension) leads to the next', async (s, format, seen) => {
    const first = await s.get(`requests.${format}`, { page_size: 5 })
    const next = /<([^>]+)>; rel="next"/.exec(first.link)?.[1]
    if (!next) return
    const got = list(await s.get(`requests.${format}`, Object.fromEntries(new URL(next).searchParams)), format, 'service_requests', 'request')
    assert.deepEqual(got.map((r) => r.service_request_id), seen.requests.slice(5, 10).map((r) => r.service_request_id))
  }],
  ['updates (extension) are sound', async (s, format) => {
    for (const u of list(await s.get(`servicerequestupdates.${format}`), format, 'service_request_updates', 'request_update')) {
      assert.ok(u.update_id && u.service_request_id && ['open', 'closed'].includes(u.status))
      assert.match(u.updated_datetime, w3c)
    }
  }],
  ['a report without a key is 403', async (s, format, seen) => fault(await s.post(`requests.${format}`, { service_code: seen.realtime.service_code, lat: 32, long: 118 }), format, 403)],
  ['a report with a wrong key is 403', async (s, format, seen) => fault(await s.post(`requests.${format}`, { api_key: 'wrong', service_code: seen.realtime.service_code, lat: 32, long: 118 }), format, 403)],
]

/** Rules that write; they need a key and a place. */
const writing = [
  ['a report without a service is 400', async (s, format, _, place) => fault(await s.post(`requests.${format}`, { api_key: s.key, ...place }), format, 400)],
  ['a report of an unknown service is 404', async (s, format, _, place) => fault(await s.post(`requests.${format}`, { api_key: s.key, service_code: 'no-such-service', ...place }), format, 404)],
  ['a report without a place is 400', async (s, format, seen) => fault(await s.post(`requests.${format}`, { api_key: s.key, service_code: seen.realtime.service_code }), format, 400)],
  ['a report gives its number, and the number is found with the key', async (s, format, seen, place) => {
    const made = list(await s.post(`requests.${format}`, { api_key: s.key, service_code: seen.realtime.service_code, description: `conformance ${format}`, ...place }), format, 'service_requests', 'request')
    assert.equal(made.length, 1)
    assert.ok(made[0].service_request_id || made[0].token)
    if (!made[0].service_request_id) return
    const got = list(await s.get(`requests/${made[0].service_request_id}.${format}`, { api_key: s.key }), format, 'service_requests', 'request')
    assert.equal(got[0].service_code, seen.realtime.service_code)
    assert.equal(got[0].status, 'open')
  }],
  ['an unknown token is 404', async (s, format) => fault(await s.get(`tokens/no-such-token.${format}`, { api_key: s.key }), format, 404)],
]

/**
 * Examines a server. `key` and `place` ({lat, long} or {address_id}) allow the rules that write. Returns one entry per rule
 * and format: { rule, format, error }.
 */
export async function examine(base, { key = '', place = null } = {}) {
  const server = new Server(base, key)
  const results = []
  for (const format of ['json', 'xml']) {
    const seen = { requests: [], codes: new Set() }
    for (const [rule, check] of [...rules, ...(key && place ? writing : [])]) {
      let error = null
      try { await check(server, format, seen, place) } catch (e) { error = e.message.split('\n')[0] }
      results.push({ rule, format, error })
    }
  }
  return results
}
