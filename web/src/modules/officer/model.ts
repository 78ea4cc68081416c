import type { components } from '@/api/schema'
import type { Solid } from '@/api/types'

type Schemas = components['schemas']
export type Case = Solid<Schemas['CasesCase']>
export type Detail = Solid<Schemas['CasesDetail']>
export type Move = Schemas['CasesMove']
export type NewCase = Schemas['CasesReport']
export type Leaf = Solid<Schemas['DutyLeaf']>
export type Class = Solid<Schemas['DutyClass']>
export type Entry = Solid<Schemas['CasesHistory']>

/** Who works with this phone; kept, so that it opens without a network. */
export interface Me { id: string; name: string; unit: string; areas: { code: string; name: string }[]; permissions: string[]; demo: boolean }

/** Where somebody stands; `error` in metres as the device says. */
export interface Position { lat: number; lon: number; error: number; at: string }

export type Phase = 'report' | 'before' | 'after' | 'check' | 'other'

/** A photograph on the device. */
export interface Shot { ref: string; phase: Phase; at: string; size: number; where?: Position; look?: string }

/** What settles a matter on the spot, right after it was reported. */
export interface Settled { outcome: string }

/** How the case stood when the officer decided; `last` is the newest step that could be read. */
export interface Seen { version: number; last?: string; state: string; state_name: string; handled_at?: string; lead_unit?: string; category?: string }

export type ItemState = 'waiting' | 'sending' | 'refused' | 'conflict'

interface Basis {
  id: string
  user: string
  at: string
  title: string
  place: string
  shots: Shot[]
  state: ItemState
  /** Why the server will not have it. */
  refusal?: { code: string; words: string; fields: string[] }
  /** A conflict: the case as it is now, and what happened since. */
  current?: { case: Case; since: Entry[] }
}
export interface NewReport extends Basis { kind: 'report'; body: NewCase; settled?: Settled; reached?: { id: string; number: string; version: number } }
export interface Step extends Basis { kind: 'step'; case: string; action: string; body: Move; seen: Seen }
/** A place of a patrol task that was seen: a photograph from the spot, or why it cannot be reached. */
export interface Proof extends Basis { kind: 'proof'; task: string; point: string; note?: string }
export type Item = NewReport | Step | Proof

/** What arrived: without photographs and words; of a proof without a case. */
export interface Sent { id: string; user: string; kind: Item['kind']; action: string; title: string; case: string; number: string; at: string }

/** An open case that may be the same matter. */
export type Near = Solid<Schemas['CasesNear']>

export const seenOf = (c: Case | Detail): Seen => ({
  version: c.version, ...('history' in c ? { last: c.history.at(-1)?.id } : {}), state: c.state, state_name: c.state_name, ...(c.handled_at ? { handled_at: c.handled_at } : {}), ...(c.lead_unit ? { lead_unit: c.lead_unit } : {}), ...(c.category ? { category: c.category } : {}),
})

/** Whether nothing that the decision was about has changed since: a comment or a reminder in between is no conflict. */
export const stillStands = (seen: Seen, now: Case): boolean =>
  seen.state === now.state && (seen.handled_at ?? '') === (now.handled_at ?? '') && (seen.lead_unit ?? '') === (now.lead_unit ?? '') && (seen.category ?? '') === (now.category ?? '')

/** A plain copy: what comes from a page may be reactive, which the device's store cannot keep. */
export const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

/** Names of grids, the community said once if it is the same: “凤凰社区：第1网格、第2网格”. */
export function together(names: string[], comma = '、'): string {
  const parts = names.map((name) => /^(.+?(?:社区|村))(.+)$/.exec(name))
  const first = parts[0]?.[1]
  if (names.length < 2 || !first || parts.some((p) => p?.[1] !== first)) return names.join(comma)
  return `${first}：${parts.map((p) => p![2]).join(comma)}`
}
