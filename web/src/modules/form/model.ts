/** A questionnaire as the server stores it (internal/form); the phone, the interviewer and the editor read this one definition. */
export type QuestionType =
  | 'scale5' | 'single' | 'multi' | 'ranking' | 'nps' | 'number' | 'text' | 'photo' | 'multi_category' | 'phone' | 'demographics' | 'note'

export type Operator = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge' | 'has' | 'answered'

/** When something is shown: one comparison, or comparisons joined. */
export interface Condition {
  question?: string
  op?: Operator
  value?: unknown
  all?: Condition[]
  any?: Condition[]
  not?: Condition
}

export interface Section {
  code: string
  title: string
  intro?: string
  show?: Condition
  /** Its questions come in an order of their own for every respondent. */
  shuffle?: boolean
  en?: { title?: string; intro?: string }
}

export interface Question {
  code: string
  indicator?: string
  text: string
  hint?: string
  type: QuestionType
  section?: string
  show?: Condition
  na?: boolean
  optional?: boolean
  options?: string[]
  shuffle?: boolean
  expect?: string
  /** Fewest and most choices. */
  min?: number
  max?: number
  max_len?: number
  low?: number
  high?: number
  whole?: boolean
  /** 1-based options that exclude every other. */
  exclusive?: number[]
  role?: '' | 'attention' | 'integrity' | 'progress' | 'overall'
  channels?: string[]
  source?: string
  fields?: string[]
  note?: string
  en?: { text?: string; hint?: string; options?: string[]; fields?: string[] }
}

export interface Form {
  name: string
  target: string
  intro: string
  sections?: Section[]
  questions: Question[]
  en?: { name?: string; target?: string; intro?: string }
}

/** One step of the wave's scale; a face stands for several neighbouring steps. */
export interface Step { mark: string; label: string; face?: boolean }
export interface Category { code: string; name: string }

export type Answer = string | number | number[] | string[] | Record<string, string>
export type Answers = Record<string, Answer>

/** "No contact, cannot say": counted, not scored. */
export const notApplicable = 'N'

/** What the runner needs to know beside the form. */
export interface Setting {
  scale: Step[]
  categories?: Category[]
  channel?: string
  /** Who is asked; narrows the age bands offered. */
  group?: string
  /** Makes random orders the respondent's own and stable: the submission's id. */
  seed?: string
}

/** Seconds spent in a section; stored with the answers, never with a person. */
export interface PageTime { section: string; seconds: number }

/** Where a photograph goes when it is taken, and how it is shown again. */
export interface Album {
  add(file: File): Promise<string>
  address(ref: string): string | undefined
}
