import type { IconName } from './icons'

/** The five states every face knows, plus a neutral fact. Colour never stands alone: icon and words come with it. */
export type Tone = 'ok' | 'warn' | 'over' | 'pause' | 'done' | 'info'

export const toneIcon: Record<Tone, IconName> = { ok: 'ok', warn: 'warn', over: 'over', pause: 'pause', done: 'done', info: 'info' }

/** Quiet rule: only trouble is filled, so a list shows its trouble at a glance. */
export const isQuiet = (tone: Tone): boolean => tone === 'ok' || tone === 'done'
