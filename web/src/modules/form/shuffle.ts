/** A sequence of numbers in [0, 1) that a text alone decides: the same respondent sees the same order after coming back. */
function sequence(text: string): () => number {
  let state = 2166136261
  for (const char of text) state = Math.imul(state ^ char.codePointAt(0)!, 16777619)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** The items in an order of the seed's own. Without a seed they stay as they are; `last` names items that keep their place at the end. */
export function shuffled<T>(items: readonly T[], seed: string | undefined, last: (item: T) => boolean = () => false): T[] {
  const moving = items.filter((item) => !last(item))
  if (!seed) return [...items]
  const next = sequence(seed)
  for (let i = moving.length - 1; i > 0; i--) {
    const k = Math.floor(next() * (i + 1))
    ;[moving[i], moving[k]] = [moving[k]!, moving[i]!]
  }
  return [...moving, ...items.filter(last)]
}
