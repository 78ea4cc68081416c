import type { FeatureCollection, Geometry } from 'geojson'
import { api, body, formOf, set } from '@/kit/http'
import type { Point, PublicReport, Quarter, Receipt, Verdict } from './model'

/** Sends a photograph; what the camera noted was left out when it was made small. */
export const uploadPhoto = async (photo: Blob): Promise<string> => (await body(api.POST('/api/v1/public/report-photos', formOf({ photo })))).ref

/** Sends a report. The same submission gives the same receipt, however often it is sent. */
export const sendReport = (report: PublicReport): Promise<Receipt> => body(api.POST('/api/v1/public/reports', { body: report }))

/** Likely categories, the area, and open matters nearby that one may join. Nothing is stored. */
export const advise = (text: string, point?: Point, category?: string, looks: string[] = []) =>
  body(api.POST('/api/v1/public/reports/suggest', { body: set({ text, category, looks: looks.length ? looks : undefined, lat: point?.lat, lon: point?.lon }) }))

/** "I have this too": joins a matter nearby and gets a code of one's own. */
export const support = (number: string, submission: string, phone: string, words: string): Promise<Receipt> =>
  body(api.POST('/api/v1/public/reports/support', { body: { number, submission_id: submission, ...set({ phone, words }) } }))

// The code goes in the body, so that no address, log or history holds it.
export const follow = (code: string) => body(api.POST('/api/v1/public/follow', { body: { code } }))
export const answer = (code: string, verdict: Verdict) => body(api.POST('/api/v1/public/follow/answer', { body: { code, ...verdict } }))
export const appeal = (code: string, words: string) => body(api.POST('/api/v1/public/follow/appeal', { body: { code, words } }))
export const comment = (code: string, words: string) => body(api.POST('/api/v1/public/follow/comment', { body: { code, words } }))

export const quarters = async (): Promise<Quarter[]> => (await body(api.GET('/api/v1/public/areas'))) as Quarter[]
export const outlines = (level: 'subdistrict' | 'community', within?: string) =>
  body(api.GET('/api/v1/public/areas.geojson', { params: { query: set({ level, within }) as { level: 'community' } }, parseAs: 'json' })) as Promise<unknown> as Promise<FeatureCollection<Geometry, { code: string; name: string }>>
