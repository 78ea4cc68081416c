import { api, body, set } from '@/kit/http'

export const listJobs = () => body(api.GET('/api/v1/jobs', { params: { query: { limit: 100 } } }))
export const getJob = (id: string) => body(api.GET('/api/v1/jobs/{id}', { params: { path: { id } } }))
export const listNotices = (cursor?: string) => body(api.GET('/api/v1/notices', { params: { query: set({ limit: 50, cursor }) as never } }))
export const readNotice = (id: string) => body(api.POST('/api/v1/notices/{id}/read', { params: { path: { id } } }))
export const readAllNotices = () => body(api.POST('/api/v1/notices/read'))
export const listAudit = (filter: { action?: string; cursor?: string }) => body(api.GET('/api/v1/audit', { params: { query: set({ limit: 50, ...filter } as object) } }))
export const verifyAudit = () => body(api.GET('/api/v1/audit/verify'))
