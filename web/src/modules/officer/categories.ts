import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import { connection } from '@/kit/http'
import { categoryTree } from './api'
import { plain, type Class, type Leaf } from './model'
import { change, take } from './shelf'

interface Kept { version: string; classes: Class[] }
const tree = shallowRef<Kept>()

/** The classes of the tree; taken along, as it changes with a release only. */
export const classes = computed(() => tree.value?.classes ?? [])
export const leaves = computed<Leaf[]>(() => classes.value.flatMap((c) => c.groups.flatMap((g) => g.leaves)))
export const leafOf = (code?: string): Leaf | undefined => leaves.value.find((leaf) => leaf.code === code)

export async function loadCategories(): Promise<void> {
  tree.value ??= await take<Kept>('tree', 'tree').catch(() => undefined) // the server may still know
  try {
    const { version, classes: all } = await categoryTree()
    tree.value = { version, classes: all }
    await change({ shelf: 'tree', key: 'tree', value: plain(tree.value) })
  } catch { /* the one taken along serves */ }
}

const again = 2_000

/** Loads them, and as long as there are none tries again: when a network comes, and every two seconds, for a store that gave nothing once. */
export function useCategories(): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let over = false
  async function load(): Promise<void> {
    clearTimeout(timer)
    await loadCategories()
    if (!leaves.value.length && !over) timer = setTimeout(() => void load(), again)
  }
  void load()
  watch(() => connection.online, (on) => { if (on && !leaves.value.length) void load() })
  onScopeDispose(() => { over = true; clearTimeout(timer) })
}

/** Categories for words, by the key words of the tree: what the phone can say without a network. */
export function guess(text: string, most = 3): Leaf[] {
  const said = text.replace(/\s+/g, '')
  const points = (leaf: Leaf) => leaf.keywords.reduce((sum, word) => sum + (said.includes(word) ? word.length : 0), 0) + pairs(leaf.name, said)
  return leaves.value.map((leaf) => ({ leaf, points: points(leaf) })).filter((one) => one.points > 1).sort((a, b) => b.points - a.points).slice(0, most).map((one) => one.leaf)
}

/** How many neighbouring pairs of characters of a name occur in the words. */
const pairs = (name: string, said: string) => Array.from({ length: Math.max(0, name.length - 1) }, (_, i) => name.slice(i, i + 2)).filter((two) => said.includes(two)).length

/** Finds leaves by a piece of their name, path or key words. */
export function findLeaves(query: string): Leaf[] {
  const piece = query.trim()
  return piece ? leaves.value.filter((leaf) => leaf.name.includes(piece) || leaf.path.includes(piece) || leaf.keywords.some((word) => word.includes(piece) || piece.includes(word))).slice(0, 30) : []
}

const usedKey = 'yiwang.officer.used'

/** What this phone reported most, for the days when a photograph says enough. */
export function usual(most = 3): Leaf[] {
  const used = JSON.parse(localStorage.getItem(usedKey) ?? '{}') as Record<string, number>
  return Object.entries(used).sort((a, b) => b[1] - a[1]).flatMap(([code]) => leafOf(code) ?? []).slice(0, most)
}

export function countUse(code: string): void {
  const used = JSON.parse(localStorage.getItem(usedKey) ?? '{}') as Record<string, number>
  localStorage.setItem(usedKey, JSON.stringify({ ...used, [code]: (used[code] ?? 0) + 1 }))
}
