import { expect, it } from 'vitest'
import words, { parts } from './words.en'

/** Every source of the interface, as text: nothing is run. */
const sources = import.meta.glob(['../**/*.{ts,vue}', '../../apps/**/*.{ts,vue}', '!../**/*.test.ts', '!./words.en*.ts', '!./i18n.ts'], { query: '?raw', import: 'default', eager: true }) as Record<string, string>

const han = /\p{Script=Han}/u
const quotes = '\'"`'

/** The end of the literal that begins at `from`: the place of its closing quote. */
function closing(text: string, from: number): number {
  let at = from + 1
  while (at < text.length && text[at] !== text[from]) at += text[at] === '\\' ? 2 : 1
  return at
}

/** The literals of a call's first argument, whatever stands between them; `end` is where the argument ends. */
function firstArgument(text: string, from: number): { literals: string[]; source: string; end: number } {
  const literals: string[] = []
  let depth = 0
  let at = from
  for (; at < text.length; at++) {
    const c = text[at]!
    if (quotes.includes(c)) {
      const end = closing(text, at)
      literals.push(text.slice(at + 1, end).replace(/\\(.)/g, '$1'))
      at = end
    } else if ('([{'.includes(c)) depth++
    else if (')]}'.includes(c) && depth-- === 0) break
    else if (c === ',' && depth === 0) break
  }
  return { literals, source: text.slice(from, at).trim(), end: at }
}

type Scan = { said: Map<string, string>; unnamed: string[]; bare: string[] }

/** What the interface says through t(), which calls name no sentence, and Chinese that stands outside t(). */
function scan(): Scan {
  const found: Scan = { said: new Map(), unnamed: [], bare: [] }
  for (const [file, source] of Object.entries(sources)) {
    let text = source.replace(/<!--[^]*?-->|\/\*[^]*?\*\/|(?<=^|\s)\/\/.*$/gm, '')
    text = text.replace(/\btitle: '([^']*)'/g, (_, title: string) => { if (han.test(title)) found.said.set(title, file); return '' }) // pages and routes
    let rest = ''
    let read = 0
    for (const call of text.matchAll(/(?<![\w.$])t\(/g)) {
      const { literals, source: argument, end } = firstArgument(text, call.index + call[0].length)
      const sentences = literals.length === 1 && quotes.includes(argument[0]!) ? literals : literals.filter((l) => han.test(l)) // the others are compared, not said
      if (!sentences.length && !argument.includes('meta.title')) found.unnamed.push(`${file}: t(${argument})`)
      if (sentences.some((s) => s.includes('${'))) found.unnamed.push(`${file}: t(${argument})`)
      for (const sentence of sentences) found.said.set(sentence, file)
      rest += text.slice(read, call.index)
      read = end
    }
    rest += text.slice(read)
    for (const line of rest.split('\n')) if (han.test(line)) found.bare.push(`${file}: ${line.trim()}`)
  }
  return found
}

const { said, unnamed, bare } = scan()
const holes = (text: string) => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]))].sort().join()

it('every sentence of the interface has its English', () => {
  expect(said.size).toBeGreaterThan(600)
  expect([...said].filter(([sentence]) => !Object.hasOwn(words, sentence))).toEqual([])
})

it('every call names its sentence, so none escapes', () => {
  expect(unnamed).toEqual([])
})

it('the English takes the values of the Chinese', () => {
  expect(Object.entries(words).filter(([zh, en]) => holes(zh) !== holes(en))).toEqual([])
})

it('the catalogue keeps nothing the interface no longer says, and nothing twice', () => {
  expect(Object.keys(words).filter((sentence) => !said.has(sentence))).toEqual([])
  const all = Object.values(parts).flatMap((part) => Object.keys(part))
  expect(all.filter((sentence, i) => all.indexOf(sentence) !== i)).toEqual([])
})

it('English is English', () => {
  expect(Object.entries(words).filter(([, en]) => han.test(en))).toEqual([])
})

it('Chinese stands only inside t()', () => {
  const meant = [/wall\/words\.ts: .*name\.replace/, /officer\/model\.ts: .*names\.map/, /\/format\.ts: .*[年月]/, /\/heat\.ts: .*街道\$/, /'中文'/, /\/form\/known\.ts: /] // dates as written here, names shortened, the language's own name, values that forms carry
  expect(bare.filter((line) => !meant.some((pattern) => pattern.test(line)))).toEqual([])
})
