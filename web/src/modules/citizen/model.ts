import type { components } from '@/api/schema'
import type { Solid } from '@/api/types'

type Schemas = components['schemas']
export type PublicReport = Schemas['IntakePublicReport']
export type Receipt = Solid<Schemas['IntakeReceipt']>
export type Followed = Solid<Schemas['IntakeFollowed']>
export type Advice = Solid<Schemas['IntakePublicAdvice']>
export type Neighbour = Solid<Schemas['IntakePublicNearby']>
export type Quarter = Solid<Schemas['RegionQuarter']>
export type Verdict = Omit<Schemas['IntakeVerdict'], 'code' | '$schema'>

export interface Point { lat: number; lon: number }

/** A photograph on the device; `stored` once the server has it. */
export interface KeptPhoto { ref: string; blob: Blob; stored?: string }

/** A report in the making, kept at every stroke. */
export interface Draft {
  id: string
  text: string
  category: string
  photos: string[]
  point?: Point
  /** Metres, if the device said where it is. */
  error?: number
  area: string
  placeName: string
  address: string
  phone: string
  name: string
  anonymous: boolean
}

/** A finished report on its way. */
export interface Waiting { id: string; at: string; title: string; body: PublicReport; photos: string[]; state: 'waiting' | 'sending' | 'refused'; refusal?: { code: string; words: string } }

/** What this device remembers of a report that arrived: enough to follow it, and nothing of its words. */
export interface Kept { id: string; number: string; code: string; title: string; at: string; expected_at?: string }

/** Codes are read aloud and typed by hand: case, spaces and dashes do not matter. */
export const normalCode = (text: string): string => text.toUpperCase().replace(/[^0-9A-Z]/g, '').replace(/(.{4})(?=.)/g, '$1-')

export const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T
