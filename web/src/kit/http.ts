import { reactive } from 'vue'
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
    throw new Problem({ status: 0, code: 'kit.offline' })
  }
  connection.servedAt = response.headers.get('Date') ?? connection.servedAt
  if (!response.ok) throw await problemOf(response)
  return response
}

function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

type Query = Record<string, string | number | boolean | null | undefined>

/** Path with its query; empty values are left out. */
export function withQuery(path: string, query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value))
  }
  const text = search.toString()
  return text ? `${path}?${text}` : path
}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const form = body instanceof FormData
  const response = await send(
    new Request(new URL(path, location.origin), {
      method,
      body: body === undefined ? undefined : form ? body : JSON.stringify(body),
      headers: body === undefined || form ? {} : { 'Content-Type': 'application/json' },
    }),
  )
  return (response.status === 204 ? undefined : await response.json()) as T
}

export const http = {
  get: <T>(path: string, query?: Query) => call<T>('GET', withQuery(path, query)),
  post: <T = void>(path: string, body?: unknown) => call<T>('POST', path, body),
  put: <T = void>(path: string, body?: unknown) => call<T>('PUT', path, body),
  patch: <T = void>(path: string, body?: unknown) => call<T>('PATCH', path, body),
  delete: <T = void>(path: string) => call<T>('DELETE', path),
}
