import type { Answers, Category, Form, PageTime, Step } from '@/modules/form/model'

export interface Place { code: string; name: string }

/** What the server hands out for a code or an open link. */
export interface Questionnaire {
  wave: { code: string; name: string; ends_at?: string }
  channel: string
  group: string
  street?: Place
  community?: Place
  token: string
  form: Form
  scale: Step[]
  categories?: Category[]
  /** Open link only: where the respondent may say to live. */
  areas?: (Place & { communities?: Place[] })[]
  /** Whom in the household the draw means. */
  select?: { method: string; text: string; picks?: number[] }
  /** What was put right since the last wave: asked after the last page, to those of its community. */
  again?: AgainTopic[]
}

/** A published matter that residents are asked about again. */
export interface AgainTopic { id: string; community: string; title: string; done: string }
export const againVerdicts = ['solved', 'partly', 'unsolved', 'unknown'] as const
export type AgainVerdict = (typeof againVerdicts)[number]
export type AgainSaid = Record<string, AgainVerdict>

/** How the respondent came: with a printed code, or through the open link of a group. */
export interface Entry { code?: string; wave?: string; group?: string }

/** What is sent; `submission_id` is made when answering starts and kept, so that sending twice stores once. */
export interface Submission {
  submission_id: string
  token: string
  code?: string
  wave?: string
  group: string
  street?: string
  community?: string
  started_at: string
  finished_at: string
  pages: PageTime[]
  device: 'phone' | 'tablet' | 'desktop'
  language: string
  adults?: number
  answers: Answers
  /** By topic; only counted, never kept with the answers. */
  again?: AgainSaid
}

/** An answer sheet in the making, kept on the device. */
export interface Draft {
  key: string
  submission_id: string
  questionnaire: Questionnaire
  started_at: string
  answers: Answers
  at: string
  pages: PageTime[]
  street: string
  community: string
  adults: number
  said?: AgainSaid
}

export type WaitingState = 'waiting' | 'sending' | 'refused'

/** A finished answer sheet on its way. */
export interface Waiting {
  id: string
  key: string
  name: string
  body: Submission
  state: WaitingState
  /** Why the server will not have it: its code and its words. */
  refusal?: { code: string; words: string; questions: string[] }
}

/** What remains on the device of an answer sheet that arrived: no answers. */
export interface Sent { id: string; key: string; name: string; receipt: string; at: string }

/** The name under which a device keeps what belongs to one entry. */
export const keyOf = (entry: Entry): string => (entry.code ? normalCode(entry.code) : `${entry.wave ?? ''}/${entry.group ?? ''}`)

/** Codes are read aloud and typed by hand: case, spaces and dashes do not matter. */
export function normalCode(text: string): string {
  const plain = text.toUpperCase().replace(/[^0-9A-Z]/g, '')
  return plain.replace(/(.{4})(?=.)/g, '$1-')
}
