import { send, withQuery } from '@/kit/http'
import type { Entry, Questionnaire, Submission } from './model'

export async function fetchQuestionnaire(entry: Entry): Promise<Questionnaire> {
  const response = await send(new Request(withQuery('/api/v1/public/questionnaire', { ...entry })))
  return (await response.json()) as Questionnaire
}

/** Sends an answer sheet. The same submission id gives the same receipt, however often it is sent. */
export async function submit(body: Submission): Promise<{ receipt: string; repeated: boolean }> {
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': body.submission_id }
  const response = await send(new Request('/api/v1/public/responses', { method: 'POST', headers, body: JSON.stringify(body) }))
  return (await response.json()) as { receipt: string; repeated: boolean }
}

export async function uploadPhoto(photo: Blob, token: string, key: string): Promise<string> {
  const form = new FormData()
  form.set('photo', photo, 'photo.jpg')
  form.set('token', token)
  const response = await send(new Request('/api/v1/public/response-photos', { method: 'POST', headers: { 'Idempotency-Key': key }, body: form }))
  return ((await response.json()) as { ref: string }).ref
}
