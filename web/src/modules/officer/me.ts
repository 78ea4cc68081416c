import { computed, shallowRef } from 'vue'
import type { Session } from '@/api/types'
import { loadSession, session, signIn, signOut } from '@/kit/session'
import { Problem } from '@/kit/problem'
import type { Case, Me, Shot } from './model'
import { change, take, takeAll, wipe } from './shelf'

const state = shallowRef<Me | null>(null)

/** Who works with this phone: known without a network too, until the server says the session is over. */
export const me = computed(() => state.value)
export const demo = computed(() => state.value?.demo ?? false)
export const may = (permission: string): boolean => state.value?.permissions.includes(permission) ?? false

export async function recallMe(): Promise<void> {
  state.value = (await take<Me>('me', 'me')) ?? null
}

/** Asks the server who we are; without an answer the last person of this phone goes on. */
export async function meetServer(): Promise<void> {
  try {
    const answer = await loadSession()
    if (answer) await keep(answer)
    else await leave()
  } catch (error) {
    if (!(error instanceof Problem)) throw error
  }
}

/** Makes sure requests carry the token of the session. False while the server does not answer. */
export async function connected(): Promise<boolean> {
  if (!session.value) await meetServer()
  return !!session.value
}

/** Throws identity.totp_required when a code is needed as well. Something else due first is said by the page. */
export async function enter(username: string, password: string, code?: string): Promise<Session> {
  const answer = await signIn(username, password, code)
  if (!answer.due.length) await keep(answer)
  return answer
}

/**
 * Ends the session and takes off the phone what was read. What waits to be sent stays, sealed, for its owner, unless the owner
 * gives it up. Where nobody's work is left everything goes, with the key it was sealed under.
 */
export async function exit(givenUp = false): Promise<void> {
  const user = state.value?.id ?? ''
  await signOut()
  await leave()
  if (givenUp) await giveUp(user)
  const left = [...(await takeAll<Owned>('waiting')), ...(await takeAll<Owned>('fixes')), ...(await takeAll<Begun>('draft')).filter((one) => one.text || one.shots.length)]
  if (!left.length) await wipe()
}

interface Owned { id: string; user: string; shots?: Shot[] }
interface Begun { text: string; shots: Shot[] }

async function giveUp(user: string): Promise<void> {
  const mine = (all: Owned[]) => all.filter((one) => one.user === user)
  const [waiting, fixes, draft] = [mine(await takeAll<Owned>('waiting')), mine(await takeAll<Owned>('fixes')), await take<Begun>('draft', user)]
  const shots = [...waiting.flatMap((one) => one.shots ?? []), ...(draft?.shots ?? [])]
  await change({ shelf: 'draft', key: user }, ...waiting.map(({ id: key }) => ({ shelf: 'waiting' as const, key })), ...fixes.map(({ id: key }) => ({ shelf: 'fixes' as const, key })), ...shots.map(({ ref: key }) => ({ shelf: 'photos' as const, key })))
}

async function keep(answer: Session): Promise<void> {
  const next: Me = { id: answer.user.id, name: answer.user.name, unit: answer.user.unit?.name ?? '', areas: answer.areas.map(({ code, name }) => ({ code, name })), permissions: answer.permissions, demo: answer.demo }
  if (state.value && state.value.id !== next.id) await forgetRead()
  await change({ shelf: 'me', key: 'me', value: JSON.parse(JSON.stringify(next)) })
  state.value = next
}

async function leave(): Promise<void> {
  await forgetRead()
  await change({ shelf: 'me', key: 'me' })
  state.value = null
}

async function forgetRead(): Promise<void> {
  const cases = await takeAll<Case>('cases')
  await change({ shelf: 'tasks', key: 'tasks' }, { shelf: 'tasks', key: 'rounds' }, ...cases.map((one) => ({ shelf: 'cases' as const, key: one.id })))
  if ('caches' in window) await caches.delete('yiwang-officer-photos').catch(() => false)
}
