// Lists the licence of every Go module in the binary and every npm package in the web app; fails on one that is unknown
// or not permissive.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const known = [
  ['Apache-2.0', /Apache License/i], ['MPL-2.0', /Mozilla Public License/i], ['BSD', /Redistribution and use in source and binary forms/i],
  ['MIT', /Permission is hereby granted, free of charge/i], ['ISC', /Permission to use, copy, modify, and(\/or)? distribute/i],
  ['MIT-0', /MIT No Attribution/i], ['CC0', /CC0|Creative Commons Zero/i], ['Unlicense', /free and unencumbered software/i], ['Zlib', /This software is provided 'as-is'/i],
]
const counts = {}
const bad = []
const note = (name, licence) => {
  if (!licence) bad.push(name)
  else counts[licence] = (counts[licence] ?? 0) + 1
}

const modules = execFileSync('go', ['list', '-deps', '-f', '{{with .Module}}{{if not .Main}}{{.Path}}@{{.Version}}\t{{.Dir}}{{end}}{{end}}', './cmd/yiwang'], { encoding: 'utf8', maxBuffer: 1 << 26 })
for (const line of [...new Set(modules.split('\n').filter(Boolean))]) {
  const [name, dir] = line.split('\t')
  const files = readdirSync(dir).filter((f) => /^(licen[cs]e|copying|unlicense)/i.test(f))
  const text = files.map((f) => { try { return readFileSync(join(dir, f), 'utf8') } catch { return '' } }).join('\n')
  if (/GNU (AFFERO|GENERAL) PUBLIC/i.test(text)) bad.push(`${name} (GPL)`)
  else note(name, known.find(([, pattern]) => pattern.test(text))?.[0])
}

const lock = JSON.parse(readFileSync('web/package-lock.json', 'utf8'))
for (const [path, entry] of Object.entries(lock.packages)) {
  if (!path || entry.dev || entry.optional || entry.peer) continue
  const manifest = join('web', path, 'package.json')
  const licence = entry.license ?? (existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).license : undefined)
  if (typeof licence === 'string' && /GPL/.test(licence) && !/ OR /.test(licence)) bad.push(`${path} (${licence})`)
  else note(path, typeof licence === 'string' ? licence : undefined)
}

console.log(Object.entries(counts).sort((a, b) => b[1] - a[1]).map(([k, v]) => `${k}: ${v}`).join(', '))
if (bad.length) {
  console.error(`licence unknown or not permissive: ${bad.join(', ')}`)
  process.exit(1)
}
