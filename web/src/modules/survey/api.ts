import type { NewWave, Plan } from '@/api/types'
import { api, body, formOf, withQuery } from '@/kit/http'

export type ImportPolicy = 'commit_good' | 'all_or_nothing'

/** Moves of a wave that the appraisal makes; each has an operation of its own. */
const verbs = ['review', 'publish', 'return'] as const
type Step = 'pilot' | 'revise' | 'freeze' | 'open' | 'close' | 'reopen' | 'archive'
const isVerb = (action: string): action is (typeof verbs)[number] => (verbs as readonly string[]).includes(action)
const path = (id: string) => ({ params: { path: { id } } })

export const listWaves = () => body(api.GET('/api/v1/waves', { params: { query: { limit: 50 } } }))
export const getWave = (id: string) => body(api.GET('/api/v1/waves/{id}', path(id)))
export const templateAddress = (id: string, format: 'xlsx' | 'csv') => withQuery(`/api/v1/waves/${id}/import-template`, { format })

/** Questionnaire versions a plan may name. */
export const listForms = () => body(api.GET('/api/v1/questionnaires', {}))
export const getForm = (id: string) => body(api.GET('/api/v1/questionnaires/{id}', path(id)))
export const getSystem = (version: string) => body(api.GET('/api/v1/indicator-systems/{version}', { params: { path: { version } } }))
export const listSystems = () => body(api.GET('/api/v1/indicator-systems'))
/** A plan from an indicator system and its questionnaires; populations and target remain to be filled in. */
export const draftPlan = (version: string) => body(api.GET('/api/v1/indicator-systems/{version}/plan', { params: { path: { version } } }))
export const setPlan = (id: string, version: number, plan: Plan) => body(api.PUT('/api/v1/waves/{id}/plan', { ...path(id), body: { version, plan } }))
export const createWave = (wave: NewWave) => body(api.POST('/api/v1/waves', { body: wave }))

export async function moveWave(id: string, action: string, change: { version: number; note?: string }): Promise<void> {
  if (action === 'score') await body(api.POST('/api/v1/waves/{id}/score', path(id)))
  else if (isVerb(action)) await body(api.POST(`/api/v1/waves/{id}/${action}`, { ...path(id), body: change }))
  else await body(api.POST('/api/v1/waves/{id}/actions/{action}', { params: { path: { id, action: action as Step } }, body: change }))
}

/** Sends a file. With dryRun every row is checked and nothing written; the file stays and can be committed. */
export const importAnswers = (wave: string, file: File, policy: ImportPolicy) =>
  body(api.POST('/api/v1/waves/{id}/imports', { ...path(wave), ...formOf({ file, dry_run: true, policy }) }))
export const commitImport = (id: string, policy: ImportPolicy) => body(api.POST('/api/v1/imports/{id}/commit', { ...path(id), body: { policy } }))
export const getImport = (id: string) => body(api.GET('/api/v1/imports/{id}', path(id)))
export const listImports = (wave: string) => body(api.GET('/api/v1/waves/{id}/imports', path(wave)))
export const waveProgress = (id: string) => body(api.GET('/api/v1/waves/{id}/progress', path(id)))
