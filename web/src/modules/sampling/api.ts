import type { components } from '@/api/schema'
import type { Solid } from '@/api/types'
import { saveFile } from '@/kit/download'
import { fetchFile } from '@/kit/fetchFile'
import { api, body, formOf, send, set, withQuery } from '@/kit/http'

type Of<Name extends keyof components['schemas']> = Solid<components['schemas'][Name]>
export type Frame = Of<'SamplingFrame'>
export type FrameReport = Of<'SamplingFrameReport'>
export type DrawView = Of<'SamplingDrawView'>
export type DrawCounts = Of<'SamplingDrawCounts'>
export type Verification = Of<'SamplingVerification'>
export type Preview = Of<'SamplingPreview'>
export type SizeAnswer = Of<'SamplingAnswer'>
export type Invitation = Of<'SamplingListedInvitation'>
export type Design = components['schemas']['SurveySamplingDesign']
export type LetterOrder = components['schemas']['SamplingLetterOrder']

const path = (id: string) => ({ params: { path: { id } } })

export const listFrames = () => body(api.GET('/api/v1/sampling/frames'))
export const getFrame = (id: string) => body(api.GET('/api/v1/sampling/frames/{id}', path(id)))
export const makeFrame = (area: string, name: string) => body(api.POST('/api/v1/sampling/frames', { body: { area, name } }))
export const closeFrame = (f: Frame) => body(api.POST('/api/v1/sampling/frames/{id}/actions/close', { ...path(f.id), body: { version: f.version } }))
export const dropFrame = (f: Frame, reason: string) => body(api.POST('/api/v1/sampling/frames/{id}/actions/drop', { ...path(f.id), body: { version: f.version, reason } }))
export const importFrame = (file: File, of: { area: string; kind: 'household' | 'unit'; name: string; dry_run: boolean }) =>
  body(api.POST('/api/v1/sampling/frame-files', formOf({ file, ...of })))
export const frameTemplate = (kind: string, format: string) => withQuery('/api/v1/sampling/frame-template', { kind, format })
export const frameMembers = (id: string) => `/api/v1/sampling/frames/${id}/members`

export const getSample = (wave: string) => body(api.GET('/api/v1/waves/{id}/sample', path(wave)))
export const trySample = (wave: string, design: Design) => body(api.POST('/api/v1/waves/{id}/sample/try', { ...path(wave), body: design }))
export const sealSample = (wave: string, version: number, design: Design, reason?: string) =>
  body(api.POST('/api/v1/waves/{id}/sample/seal', { ...path(wave), body: { version, design, reason } }))
export const drawSample = (wave: string, beacon: string) => body(api.POST('/api/v1/waves/{id}/sample/draw', { ...path(wave), body: set({ beacon }) }))
export const verifySample = (wave: string) => body(api.GET('/api/v1/waves/{id}/sample/verification', path(wave)))

export interface ListFilter { street?: string; group?: string; state?: string }
type Group = 'elder' | 'adult' | 'unit'
type State = 'reserve' | 'open' | 'spent' | 'replaced'
export const listInvitations = (wave: string, filter: ListFilter, cursor?: string) =>
  body(api.GET('/api/v1/waves/{id}/invitations', { params: { path: { id: wave }, query: set({ street: filter.street, group: filter.group as Group, state: filter.state as State, cursor }) } }))
export const replaceInvitation = (id: string, reason: string) => body(api.POST('/api/v1/invitations/{id}/actions/replace', { ...path(id), body: { reason } }))
/** Saves the drawn addresses; the server writes the number of rows into the audit log. */
export const saveList = (wave: string, filter: ListFilter) => fetchFile(withQuery(`/api/v1/waves/${wave}/invitations.file`, { ...filter, format: 'xlsx' }), 'list.xlsx')

/** Makes letters, or the table of a printing house, and saves the file. Every letter has a fresh code that nobody can look up afterwards. */
export async function printLetters(wave: string, order: LetterOrder): Promise<void> {
  const answer = await send(new Request(new URL(`/api/v1/waves/${wave}/letters`, location.origin), {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(order),
  }))
  saveFile(`letters.${order.format ?? 'pdf'}`, await answer.blob())
}

export interface SizeQuestion { margin: number; sd: number; level: number; power: number; population: number; n: number; streets: number; take: number; icc: number; cv: number; response: number }
export const calculateSize = (question: SizeQuestion) => body(api.GET('/api/v1/sampling/size', { params: { query: question } }))
