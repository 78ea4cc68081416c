/** What a rank needs to be compared: a street's score and its standard error. */
export interface Ranked { area_code: string; score: number; se: number }

const density = (z: number) => Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI)

/** Normal distribution function, Abramowitz and Stegun 26.2.17, error below 1e-7. */
function below(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z))
  const tail = density(z) * t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  return z > 0 ? 1 - tail : tail
}

/**
 * For every street the probability of each rank, from independent normal scores (streets are sampled independently).
 * Integrates over the street's own score; given it, the number of better streets follows a sum of unequal coins.
 * It illustrates the published rank set and P(top), which the server computes; it replaces neither.
 */
export function rankDistributions(streets: Ranked[]): Map<string, number[]> {
  const result = new Map<string, number[]>()
  const steps = 121
  for (const own of streets) {
    const ranks = new Array<number>(streets.length).fill(0)
    let total = 0
    for (let i = 0; i < steps; i++) {
      const z = -5 + (10 * i) / (steps - 1)
      const value = own.score + z * own.se
      const better = betterCount(streets, own, value)
      const weight = density(z)
      total += weight
      for (let k = 0; k < ranks.length; k++) ranks[k]! += weight * (better[k] ?? 0)
    }
    result.set(own.area_code, ranks.map((p) => p / total))
  }
  return result
}

function betterCount(streets: Ranked[], own: Ranked, value: number): number[] {
  let counts = [1]
  for (const other of streets) {
    if (other === own) continue
    const p = other.se > 0 ? 1 - below((value - other.score) / other.se) : Number(other.score > value)
    const next = new Array<number>(counts.length + 1).fill(0)
    counts.forEach((c, k) => { next[k]! += c * (1 - p); next[k + 1]! += c * p })
    counts = next
  }
  return counts
}
