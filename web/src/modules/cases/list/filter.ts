import type { components } from '@/api/schema'
import { ended } from '../words'

/** What a list shows, as saved views keep it. */
export type Filter = Omit<components['schemas']['CasesFilter'], '$schema'>
export type Sort = NonNullable<Filter['sort']>

/** A filter as the query of a list. */
export function queryOf(filter: Filter): Record<string, unknown> {
  const { states, channels, sort: _sort, ids: _ids, ...rest } = filter
  return { ...rest, state: states?.length ? states : undefined, channel: channels?.length ? channels : undefined }
}

/** Whether a list can be sorted by the last change: what is being worked on, followed or one's own; an archive can not. */
export const sortsByChange = (f: Filter): boolean =>
  !!(f.open || f.overdue || f.todo || f.lamp || f.watched || f.mine || f.ids?.length || (f.states?.length && !f.states.some((s) => ended.includes(s))))

/** A filter without its empty fields, so that two that say the same are the same text. */
export function tidy(filter: Filter): Filter {
  const kept = Object.entries(filter).filter(([, v]) => v !== undefined && v !== '' && v !== false && !(Array.isArray(v) && !v.length))
  return Object.fromEntries(kept.sort(([a], [b]) => a.localeCompare(b))) as Filter
}

export const same = (a: Filter, b: Filter): boolean => JSON.stringify(tidy(a)) === JSON.stringify(tidy(b))

/** Reads a filter from the address; what is no filter is none. */
export function parsed(text: unknown): Filter | null {
  if (typeof text !== 'string' || !text) return null
  try {
    const value: unknown = JSON.parse(text)
    return value && typeof value === 'object' && !Array.isArray(value) ? (value as Filter) : null
  } catch {
    return null
  }
}
