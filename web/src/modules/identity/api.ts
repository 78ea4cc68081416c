import type { components } from '@/api/schema'
import type { Page, Role, Unit } from '@/api/types'
import { api, body, formOf, send, set } from '@/kit/http'

type Schemas = components['schemas']
export interface PageFilter { q?: string; cursor?: string; limit?: number }
const path = (id: string) => ({ params: { path: { id } } })

export const listUsers = (filter: PageFilter & { state?: string }) =>
  body(api.GET('/api/v1/users', { params: { query: set({ limit: 50, ...filter } as object) } }))
export const getUser = (id: string) => body(api.GET('/api/v1/users/{id}', path(id)))
export const addUser = (user: Schemas['IdentityNewUser']) => body(api.POST('/api/v1/users', { body: user }))
export const stepUser = (id: string, step: 'disable' | 'enable' | 'lock' | 'unlock', reason: string) =>
  body(api.POST(`/api/v1/users/{id}/actions/${step}`, { ...path(id), body: { reason } }))
export const resetPassword = (id: string, password: string) => body(api.POST('/api/v1/users/{id}/actions/reset-password', { ...path(id), body: { password } }))
export const resetSecondFactor = (id: string) => body(api.POST('/api/v1/users/{id}/actions/reset-second-factor', path(id)))

const portrait = (id?: string) => (id ? `/api/v1/users/${encodeURIComponent(id)}/portrait` : '/api/v1/account/portrait')
/** The photograph of an account, one's own without an id; a problem of 404 where there is none. */
export const fetchPortrait = async (id?: string) => (await send(new Request(new URL(portrait(id), location.origin), { cache: 'no-store' }))).blob()
export const setPortrait = (photo: File, id?: string) => body(id ? api.PUT('/api/v1/users/{id}/portrait', { ...path(id), ...formOf({ photo }) }) : api.PUT('/api/v1/account/portrait', formOf({ photo })))
export const dropPortrait = (id?: string) => body(id ? api.DELETE('/api/v1/users/{id}/portrait', path(id)) : api.DELETE('/api/v1/account/portrait'))

export const listPosts = (filter: { state?: string; cursor?: string }) => body(api.GET('/api/v1/posts', { params: { query: set({ limit: 50, ...filter } as object) } }))
export const requestPost = (user: string, post: Schemas['IdentityNewPost']) => body(api.POST('/api/v1/users/{id}/posts', { ...path(user), body: post }))
export const stepPost = (id: string, step: 'grant' | 'reject' | 'end' | 'revoke' | 'withdraw', change: { version: number; note?: string }) =>
  body(api.POST(`/api/v1/posts/{id}/actions/${step}`, { ...path(id), body: change }))

export const listRoles = () => body(api.GET('/api/v1/roles'))
export const listPermissions = () => body(api.GET('/api/v1/permissions'))
/** What a person may set of a role; its class follows from the permissions. */
const roleBody = ({ code, name, summary, privileged, permissions, version }: Role) => ({ code, name, summary, privileged, permissions, version }) as Schemas['IdentityRole']
export const addRole = (role: Role) => body(api.POST('/api/v1/roles', { body: roleBody(role) }))
export const changeRole = (role: Role) => body(api.PUT('/api/v1/roles/{code}', { params: { path: { code: role.code } }, body: roleBody(role) }))
export const getPolicy = () => body(api.GET('/api/v1/security/policy'))
export const changePolicy = (policy: Schemas['IdentityCurrentPolicy']) => body(api.PUT('/api/v1/security/policy', { body: policy }))
export const listUnits = (filter: PageFilter & { kind?: string }) => body(api.GET('/api/v1/units', { params: { query: set({ limit: 50, ...filter } as object) } }))
/** Every unit in use, for choosing; a district has a few hundred. */
export async function allUnits(): Promise<Unit[]> {
  const units: Unit[] = []
  for (let cursor: string | undefined = ''; cursor !== undefined;) {
    const page: Page<Unit> = await listUnits({ limit: 200, cursor })
    units.push(...page.items.filter((unit) => unit.active))
    cursor = page.next_cursor
  }
  return units
}

/** What a person may set; the rest of a unit is the server's. */
function writable({ id: _id, created_at: _made, updated_at: _changed, ...rest }: Unit): Schemas['IdentityUnit'] {
  return rest as Schemas['IdentityUnit']
}
export const addUnit = (unit: Unit) => body(api.POST('/api/v1/units', { body: writable(unit) }))
export const changeUnit = (id: string, unit: Unit) => body(api.PUT('/api/v1/units/{id}', { ...path(id), body: writable(unit) }))

export const listTokens = () => body(api.GET('/api/v1/tokens'))
export const createToken = (token: Schemas['IdentityNewToken']) => body(api.POST('/api/v1/tokens', { body: token }))
export const revokeToken = (id: string) => body(api.DELETE('/api/v1/tokens/{id}', path(id)))
export const listSignIns = (filter: { result?: string; cursor?: string }) => body(api.GET('/api/v1/sign-ins', { params: { query: set({ limit: 50, ...filter } as object) } }))

export const switchPost = (post: string) => body(api.PUT('/api/v1/session/post', { body: { post_id: post } }))
export const changePassword = (change: Schemas['OwnPasswordInBody']) => body(api.POST('/api/v1/account/password', { body: change }))
export const startTotp = (password?: string) => body(api.POST('/api/v1/account/totp', { body: password ? { password } : {} }))
export const confirmTotp = (code: string) => body(api.POST('/api/v1/account/totp/confirm', { body: { code } }))
export const removeTotp = (proof: Schemas['RemoveFactorInBody']) => body(api.POST('/api/v1/account/totp/remove', { body: proof }))
