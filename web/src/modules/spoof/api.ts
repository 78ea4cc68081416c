import type { components } from '@/api/schema'
import type { Page, Solid } from '@/api/types'
import { api, body, set } from '@/kit/http'

export type Finding = Solid<components['schemas']['SpoofFinding']>
export type Reason = Solid<components['schemas']['SpoofReason']>
export type Verdict = 'genuine' | 'doubtful'

export const listEvidence = (state: '' | Finding['state'], cursor?: string): Promise<Page<Finding>> => body(api.GET('/api/v1/patrol/evidence', { params: { query: set({ state: state || undefined, cursor, limit: 50 }) } })) as Promise<Page<Finding>>
export const ownEvidence = () => body(api.GET('/api/v1/patrol/evidence/mine')) as Promise<Page<Finding>>
export const examine = (from: Date, to: Date) => body(api.POST('/api/v1/patrol/evidence/examine', { body: { from: from.toISOString(), to: to.toISOString() } }))
export const decide = (id: string, version: number, state: Verdict, decision: string) => body(api.POST('/api/v1/patrol/evidence/{id}/decision', { params: { path: { id } }, body: { version, state, decision } }))
export const comment = (id: string, words: string) => body(api.POST('/api/v1/patrol/evidence/{id}/comment', { params: { path: { id } }, body: { comment: words } }))
