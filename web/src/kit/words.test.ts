import { expect, it } from 'vitest'
import words from './words.en'

const sources = import.meta.glob(['../**/*.{ts,vue}', '../../apps/**/*.{ts,vue}', '!../**/*.test.ts', '!./words.en.ts'], { query: '?raw', import: 'default', eager: true }) as Record<string, string>

/** Sentences the interface asks for, and the titles of its pages. */
function sentences(): Map<string, string> {
  const found = new Map<string, string>()
  for (const [file, text] of Object.entries(sources)) {
    for (const match of text.matchAll(/\bt\(\s*'((?:[^'\\]|\\.)*)'/g)) found.set(match[1]!, file)
    for (const match of text.matchAll(/title: '([^']*\p{Script=Han}[^']*)'/gu)) found.set(match[1]!, file)
  }
  return found
}

it('every sentence of the interface has its English, with the same values', () => {
  const missing = [...sentences()].filter(([sentence]) => !(sentence in words))
  expect(missing).toEqual([])
  const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort().join()
  expect(Object.entries(words).filter(([zh, en]) => en !== '' && holes(zh) !== holes(en))).toEqual([])
})

it('the English catalogue keeps nothing the interface no longer says', () => {
  const used = sentences()
  expect(Object.keys(words).filter((sentence) => !used.has(sentence))).toEqual([])
})
