import type { components } from '@/api/schema'
import type { Area } from '@/api/types'
import { t } from '@/kit/i18n'

export type Part = components['schemas']['RegionPart']

/** The parts a GeoJSON brings, one a feature, or what is wrong with the text. Codes and names may stand in the properties. */
export function readParts(text: string): { parts: Part[]; wrong: string } {
  const none = (wrong: string) => ({ parts: [], wrong })
  if (!text.trim()) return none('')
  let read: { type?: string; features?: { geometry?: { type?: string } | null; properties?: Record<string, unknown> | null }[] }
  try { read = JSON.parse(text) } catch { return none(t('读不懂，这不是 GeoJSON。')) }
  if (read?.type !== 'FeatureCollection' || !Array.isArray(read.features)) return none(t('应是一个 FeatureCollection，每个要素是一部分。'))
  if (read.features.length < 2 || read.features.length > 50) return none(t('应有 2 至 50 个部分，这里有 {n} 个。', { n: read.features.length }))
  const odd = read.features.findIndex((f) => f?.geometry && !['Polygon', 'MultiPolygon'].includes(f.geometry.type ?? ''))
  if (odd >= 0) return none(t('第 {n} 部分不是面（Polygon 或 MultiPolygon）。', { n: odd + 1 }))
  return { parts: read.features.map(({ geometry, properties }) => part(geometry ?? undefined, properties ?? {})), wrong: '' }
}

function part(geometry: object | undefined, properties: Record<string, unknown>): Part {
  const households = Number(properties['households'])
  const text = (name: string) => (typeof properties[name] === 'string' ? (properties[name] as string) : '')
  return { code: text('code'), name: text('name'), ...(text('class') ? { class: text('class') as Part['class'] } : {}), ...(Number.isInteger(households) && households > 0 ? { households } : {}), ...(geometry ? { geometry: { ...geometry } } : {}) }
}

/** The next codes of a grid's layer after those in use; other levels have official codes, so none is proposed. */
export function nextCodes(area: Pick<Area, 'code' | 'level'>, inUse: string[], n: number): string[] {
  if (area.level !== 'grid') return Array.from({ length: n }, () => '')
  const layer = area.code.slice(0, 13)
  const last = Math.max(...[area.code, ...inUse].filter((code) => code.startsWith(layer)).map((code) => Number(code.slice(13))))
  return Array.from({ length: n }, (_, i) => layer + String(last + 1 + i).padStart(3, '0'))
}

/** Nearest first, so that neighbours stand at the top; areas without ground come last. */
export function nearest(area: Pick<Area, 'centroid'>, others: Area[]): Area[] {
  const away = (a: Pick<Area, 'centroid'>) => (area.centroid && a.centroid ? Math.hypot((a.centroid[0]! - area.centroid[0]!) * 0.85, a.centroid[1]! - area.centroid[1]!) : Infinity)
  return [...others].sort((a, b) => away(a) - away(b))
}

/** The beginning of a day in the district's time zone; nothing chosen means now. */
export const fromDay = (day: string): { at?: string } => (day ? { at: `${day}T00:00:00+08:00` } : {})
