#!/usr/bin/env node
// Examines any Open311 GeoReport v2 server: node run.mjs http://127.0.0.1:8080/open311/v2 [api_key lat long]
import { examine } from './rules.mjs'

const [base, key, lat, long] = process.argv.slice(2)
if (!base) {
  console.error('usage: node run.mjs BASE_URL [API_KEY LAT LONG]')
  process.exit(2)
}
const results = await examine(base, { key, place: lat && long ? { lat, long } : null })
for (const r of results) console.log(`${r.error ? 'FAIL' : 'ok  '}  ${r.format.padEnd(4)}  ${r.rule}${r.error ? `: ${r.error}` : ''}`)
const failed = results.filter((r) => r.error).length
console.log(`${results.length - failed} of ${results.length} rules hold`)
process.exit(failed ? 1 : 0)
