import type { components } from '@/api/schema'
import type { Solid } from '@/api/types'
import { api, body, withQuery } from '@/kit/http'
import type { Answers } from '@/modules/form/model'

type Of<Name extends keyof components['schemas']> = Solid<components['schemas'][Name]>

export type Board = Of<'FieldworkBoard'>
export type BoardCell = Of<'FieldworkBoardCell'>
export type RateReport = Of<'FieldworkRateReport'>
export type RateView = Of<'FieldworkRateView'>
export type Load = Of<'FieldworkLoad'>
export type Ended = Of<'FieldworkEnded'>
export type Reminder = Of<'FieldworkReminder'>
export type Sheet = Of<'FieldworkSheet'>
export type Difference = Of<'FieldworkDifference'>
export type Kit = Of<'FieldworkKit'>
export type Errand = Of<'FieldworkErrand'>
export type Outcome = Of<'FieldworkKind'>
export type Questionnaire = Of<'FieldworkQuestionnaire'>
export type NewAttempt = components['schemas']['FieldworkNewAttempt']
export type Interview = Omit<components['schemas']['FieldworkInterview'], 'answers'> & { answers: Answers }
export type Keyed = Omit<components['schemas']['FieldworkKeyed'], 'answers'> & { answers: Answers }
export type Handing = components['schemas']['FieldworkNewAssignments']
export type Reminding = components['schemas']['FieldworkNewReminder']

const path = (id: string) => ({ params: { path: { id } } })

export const getBoard = (wave: string) => body(api.GET('/api/v1/waves/{id}/fieldwork', path(wave)))
export const boardFile = (wave: string) => `/api/v1/waves/${wave}/fieldwork/file`
export const getRates = (wave: string) => body(api.GET('/api/v1/waves/{id}/response-rates', path(wave)))
export const releaseComments = (wave: string) => body(api.POST('/api/v1/waves/{id}/comments/release', path(wave)))

export const listInterviewers = (wave: string) => body(api.GET('/api/v1/waves/{id}/interviewers', path(wave)))
export const assign = (wave: string, handing: Handing) => body(api.POST('/api/v1/waves/{id}/assignments', { ...path(wave), body: handing }))
export const listEnded = (wave: string) => body(api.GET('/api/v1/waves/{id}/assignments', path(wave)))
export const replaceAddress = (invitation: string, reason: string) => body(api.POST('/api/v1/fieldwork/invitations/{id}/replace', { ...path(invitation), body: { reason } }))

export const listReminders = (wave: string) => body(api.GET('/api/v1/waves/{id}/reminders', path(wave)))
export const remind = (wave: string, reminding: Reminding) => body(api.POST('/api/v1/waves/{id}/reminders', { ...path(wave), body: reminding }))
export const reminderFile = (id: string, format: 'xlsx' | 'csv') => withQuery(`/api/v1/reminders/${id}/file`, { format })

export const listSheets = (wave: string) => body(api.GET('/api/v1/waves/{id}/sheets', path(wave)))
export const getSheet = (id: string) => body(api.GET('/api/v1/fieldwork/sheets/{id}', path(id)))
export const settleSheet = (id: string, choices: { question: string; right: number }[]) => body(api.POST('/api/v1/fieldwork/sheets/{id}/settle', { ...path(id), body: { choices } }))
export const discardSheet = (id: string, reason: string) => body(api.POST('/api/v1/fieldwork/sheets/{id}/discard', { ...path(id), body: { reason } }))
export const keySheet = (keyed: Keyed) => body(api.POST('/api/v1/fieldwork/sheets', { body: keyed }))

export const getKit = () => body(api.GET('/api/v1/fieldwork/mine', {}))
export const reportAttempt = (attempt: NewAttempt) => body(api.POST('/api/v1/fieldwork/attempts', { body: attempt }))
export const sendInterview = (interview: Interview) => body(api.POST('/api/v1/fieldwork/answers', { body: interview }))
export const openEntry = (wave: string, group: string) => body(api.GET('/api/v1/fieldwork/questionnaire', { params: { query: { wave, group } } }))
