import type { Page, Post, Role, SignIn, Token, Unit, User } from '@/api/types'
import { http } from '@/kit/http'

export interface PageFilter { q?: string; cursor?: string; limit?: number }

export const listUsers = (filter: PageFilter & { state?: string }) => http.get<Page<User>>('/api/v1/users', { limit: 50, ...filter })
export const getUser = (id: string) => http.get<User>(`/api/v1/users/${id}`)
export const addUser = (user: { username: string; name: string; unit_id: string; password: string }) => http.post<User>('/api/v1/users', user)
export const stepUser = (id: string, step: 'disable' | 'enable' | 'lock' | 'unlock', reason: string) => http.post<User>(`/api/v1/users/${id}/actions/${step}`, { reason })
export const resetPassword = (id: string, password: string) => http.post(`/api/v1/users/${id}/actions/reset-password`, { password })
export const resetSecondFactor = (id: string) => http.post(`/api/v1/users/${id}/actions/reset-second-factor`)

export const listPosts = (filter: { state?: string; cursor?: string; limit?: number }) => http.get<Page<Post>>('/api/v1/posts', { limit: 50, ...filter })
export const requestPost = (user: string, post: { unit_id: string; role_code: string; title: string; areas: string[] }) => http.post<Post>(`/api/v1/users/${user}/posts`, post)
export const stepPost = (id: string, step: string, body: { version: number; note?: string }) => http.post<Post>(`/api/v1/posts/${id}/actions/${step}`, body)

export const listRoles = () => http.get<Page<Role>>('/api/v1/roles')
export const listUnits = (filter: PageFilter & { kind?: string }) => http.get<Page<Unit>>('/api/v1/units', { limit: 50, ...filter })
export const addUnit = (unit: Partial<Unit>) => http.post<Unit>('/api/v1/units', unit)
export const changeUnit = (id: string, unit: Partial<Unit>) => http.put<Unit>(`/api/v1/units/${id}`, unit)

export const listTokens = () => http.get<Page<Token>>('/api/v1/tokens')
export const createToken = (token: { name: string; expires_in_days: number; password?: string }) => http.post<Token>('/api/v1/tokens', token)
export const revokeToken = (id: string) => http.delete(`/api/v1/tokens/${id}`)
export const listSignIns = (filter: { result?: string; cursor?: string }) => http.get<Page<SignIn>>('/api/v1/sign-ins', { limit: 50, ...filter })

export const switchPost = (post: string) => http.put('/api/v1/session/post', { post_id: post })
export const changePassword = (body: { current: string; next: string }) => http.post('/api/v1/account/password', body)
export const startTotp = (password?: string) => http.post<{ secret: string; uri: string }>('/api/v1/account/totp', { password })
export const confirmTotp = (code: string) => http.post<{ recovery_codes: string[] }>('/api/v1/account/totp/confirm', { code })
export const removeTotp = (body: { code: string; password?: string }) => http.post('/api/v1/account/totp/remove', body)
