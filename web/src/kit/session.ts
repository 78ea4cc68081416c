import { computed, shallowRef } from 'vue'
import type { Session, SessionArea } from '@/api/types'
import { api, body, connection } from './http'
import { Problem } from './problem'

const state = shallowRef<Session | null>(null)

/** Who is signed in, or null. What is `due` must be done before anything else is permitted. */
export const session = computed(() => state.value)

export const can = (permission: string): boolean => state.value?.permissions?.includes(permission) ?? false

/** Opens a session. Throws the problem identity.totp_required when the password was right and a code is needed. */
export async function signIn(username: string, password: string, code?: string): Promise<Session> {
  const answer = await body(api.POST('/api/v1/session', { body: { username, password, ...(code ? { code } : {}) } }))
  keep(answer)
  return answer
}

export async function signOut(): Promise<void> {
  await api.DELETE('/api/v1/session').catch(() => undefined)
  forget()
}

/** Asks the server who we are; nobody is an answer, not an error. */
export async function loadSession(): Promise<Session | null> {
  try {
    keep(await body(api.GET('/api/v1/session')))
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 401) throw error
    forget()
  }
  return state.value
}

export function forget(): void {
  state.value = null
  connection.csrf = ''
}

function keep(answer: Session): void {
  state.value = answer
  connection.csrf = answer.csrf_token
  const allowed = answer.areas ?? []
  if (!allowed.some((area) => chosen.value?.code.startsWith(area.code))) choose(allowed[0] ?? null)
}

const areaKey = 'yiwang.area'
const chosen = shallowRef<SessionArea | null>(JSON.parse(localStorage.getItem(areaKey) ?? 'null') as SessionArea | null)

/** The area the console looks at now: always inside the scope. */
export const area = computed(() => chosen.value)

export function choose(next: SessionArea | null): void {
  chosen.value = next
  localStorage.setItem(areaKey, JSON.stringify(next))
}
