import type { components } from '@/api/schema'
import { api, body, set } from '@/kit/http'

type Schemas = components['schemas']
export type NewPlan = Omit<Schemas['RectifyNewPlan'], '$schema'>
export type OpenLink = Omit<Schemas['RectifyOpenLink'], '$schema'>
export type Rules = Schemas['RectifyRules']
export type Waiting = Schemas['RectifyWaiting']
export type Invited = Schemas['RectifyInvited']
export type OnHold = Schemas['RectifyOnHold']
export type Verdict = 'solved' | 'partly' | 'unsolved'
const one = (id: string) => ({ params: { path: { id } } })
const root = '/api/v1/rectifications/{id}'

export const writePlan = (id: string, plan: NewPlan) => body(api.PUT(`${root}/plan`, { ...one(id), body: plan }))
export const finishStep = (id: string, milestone: string, done: { version: number; note?: string }) =>
  body(api.POST(`${root}/milestones/{milestone}/done`, { params: { path: { id, milestone } }, body: done }))

/** Several photos under one name: a form of its own. */
export function reportProgress(id: string, report: { text: string; percent: number; photos: File[] }) {
  const form = new FormData()
  form.set('text', report.text)
  form.set('percent', String(report.percent))
  for (const photo of report.photos) form.append('photos', photo)
  return body(api.POST(`${root}/reports`, { ...one(id), body: report as never, bodySerializer: () => form }))
}

export const openMatter = (id: string, open: OpenLink) => body(api.POST(`${root}/open`, { ...one(id), body: open }))
export const linkMatter = (id: string, link: { version: number; kind: 'case' | 'whistle'; number: string }) => body(api.POST(`${root}/links`, { ...one(id), body: link }))
export const unlinkMatter = (id: string, link: string, version: number) => body(api.DELETE(`${root}/links/{link}`, { params: { path: { id, link }, query: { version } } }))
export const invite = (id: string, invitation: { version: number; raisers: boolean; residents: number }) => body(api.POST(`${root}/invitations`, { ...one(id), body: invitation }))
export const linkedItems = (kind: 'case' | 'whistle', ref: string) => body(api.GET('/api/v1/rectification-links', { params: { query: { kind, ref } } }))

export const takeOut = (id: string, members: Schemas['RectifyMembers']) => body(api.POST(`${root}/unmerge`, { ...one(id), body: members }))
export const splitItem = (id: string, split: Schemas['RectifySplitter']) => body(api.POST(`${root}/split`, { ...one(id), body: split }))

export const listDuties = (filter: { wave?: string; unit?: string; today?: boolean }) => body(api.GET('/api/v1/rectification-duties', { params: { query: set(filter) } }))
export const listPrecedents = (filter: { field?: string; q?: string; limit?: number; cursor?: string }) => body(api.GET('/api/v1/rectification-precedents', { params: { query: set(filter) } }))
export const listRules = () => body(api.GET('/api/v1/rectification-rules'))
export const setRules = (rules: Rules) => body(api.PUT('/api/v1/rectification-rules', { body: rules }))

export const askedBy = (code: string) => body(api.POST('/api/v1/public/judgements/show', { body: { code } }))
export const answerInvitation = (answer: { code: string; verdict: Verdict; words?: string }) => body(api.POST('/api/v1/public/judgements', { body: answer }))
export const listSuspended = () => body(api.GET('/api/v1/public/suspended-rectifications'))

export const reportPhoto = (item: string, photo: string) => `/api/v1/rectifications/${item}/report-photos/${photo}`
