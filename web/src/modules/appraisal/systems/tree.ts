import type { Indicator, System } from './api'

export const copyOf = (system: System): System => JSON.parse(JSON.stringify(system)) as System

const tidy = (n: number) => Math.round(n * 1e9) / 1e9
export const sumOf = (list: { weight: number }[]): number => tidy(list.reduce((sum, part) => sum + (Number(part.weight) || 0), 0))

/** Key points and dimensions weigh what their indicators weigh; an indicator says which key point it belongs to. */
export function addUp(system: System): System {
  const out = copyOf(system)
  for (const dimension of out.dimensions) {
    for (const point of dimension.key_points) {
      for (const indicator of point.indicators) { indicator.key_point = point.code; indicator.weight = Number(indicator.weight) || 0 }
      point.weight = sumOf(point.indicators)
    }
    dimension.weight = sumOf(dimension.key_points)
  }
  return out
}

/** The first free code below a parent: A → A4, A1 → A1-3. */
export function nextCode(parent: string, taken: string[], join: string): string {
  let n = taken.length + 1
  while (taken.includes(`${parent}${join}${n}`)) n++
  return `${parent}${join}${n}`
}

export const newIndicator = (code: string, point: string): Indicator =>
  ({ code, key_point: point, name: '', weight: 1, desc: '', evidence: [], reverse: [], depts: [], questionnaires: ['elder', 'adult', 'unit'] }) as Indicator

/** A list written in one line, the way people type it. */
export const listOf = (text: string): string[] => text.split(/[、,，；;\s]+/).filter(Boolean)
