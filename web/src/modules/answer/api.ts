import { api, body, formOf } from '@/kit/http'
import type { Entry, Questionnaire, Submission } from './model'

/** The server's types say less of a form than the runner knows; both name the same fields. */
export const fetchQuestionnaire = async (entry: Entry): Promise<Questionnaire> =>
  (await body(api.GET('/api/v1/public/questionnaire', { params: { query: entry } }))) as unknown as Questionnaire

/** Sends an answer sheet. The same submission id gives the same receipt, however often it is sent. */
export const submit = (sheet: Submission) =>
  body(api.POST('/api/v1/public/responses', { body: sheet as never, headers: { 'Idempotency-Key': sheet.submission_id } }))

/** Sends one photograph; `key` is its name on the device, so that a repeated attempt stores no second one. */
export const uploadPhoto = async (photo: Blob, token: string, key: string): Promise<string> =>
  (await body(api.POST('/api/v1/public/response-photos', { ...formOf({ photo, token }), headers: { 'Idempotency-Key': key } }))).ref
