import createClient from 'openapi-fetch'
import { reactive } from 'vue'
import type { paths } from '@/api/schema'
import type { Solid } from '@/api/types'
import { Problem, problemOf } from './problem'

/** What the connection knows beyond one request: the token of the session and whether the server answers. */
export const connection = reactive({ csrf: '', online: navigator.onLine, servedAt: '' })

addEventListener('online', () => (connection.online = true))
addEventListener('offline', () => (connection.online = false))

/** Fetch with the session's token, an idempotency key on every POST, and problems thrown as Problem. */
export async function send(request: Request): Promise<Response> {
  const headers = new Headers(request.headers)
  headers.set('Accept-Language', document.documentElement.lang || 'zh-CN')
  if (request.method !== 'GET' && connection.csrf) headers.set('X-CSRF-Token', connection.csrf)
  if (request.method === 'POST' && !headers.has('Idempotency-Key')) headers.set('Idempotency-Key', newKey())
  let response: Response
  try {
    response = await fetch(new Request(request, { headers, credentials: 'same-origin' }))
  } catch {
    if (!request.signal.aborted) connection.online = false // a device may call itself connected where nothing answers
    throw new Problem({ status: 0, code: 'kit.offline' })
  }
  connection.online = true
  connection.servedAt = response.headers.get('Date') ?? connection.servedAt
  if (!response.ok) throw await problemOf(response)
  return response
}

function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The typed client: a misspelt path or parameter does not compile. Only modules' api.ts files call it. */
export const api = createClient<paths>({ baseUrl: location.origin, fetch: send, querySerializer: { array: { style: 'form', explode: false } } })

/** The body of an answer. Failures were thrown as Problem before they get here. */
export async function body<T>(answer: Promise<{ data?: T }>): Promise<Solid<T>> {
  return (await answer).data as Solid<T>
}

/** A form for file uploads, in the shape the typed client expects. */
export function formOf<T extends Record<string, string | boolean | Blob>>(parts: T): { body: never; bodySerializer: () => FormData } {
  const form = new FormData()
  for (const [name, value] of Object.entries(parts)) form.set(name, value instanceof Blob ? value : String(value))
  return { body: parts as never, bodySerializer: () => form }
}

/** Path with its query, for links and downloads that the browser opens itself; empty values are left out. */
export function withQuery(path: string, query: Record<string, string | number | undefined> = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== '') search.set(name, String(value))
  const text = search.toString()
  return text ? `${path}?${text}` : path
}

/** Leaves out what is empty, so that an unset filter is no filter. */
export function set<T extends object>(query: T): T {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '' && value !== false)) as T
}
