import type { AuditCheck, AuditEntry, Job, Notice, Page } from '@/api/types'
import { http } from '@/kit/http'

export const listJobs = () => http.get<Page<Job>>('/api/v1/jobs', { limit: 100 })
export const getJob = (id: string) => http.get<Job>(`/api/v1/jobs/${id}`)
export const listNotices = () => http.get<Page<Notice>>('/api/v1/notices', { limit: 50 })
export const listAudit = (filter: { actor?: string; action?: string; cursor?: string }) => http.get<Page<AuditEntry>>('/api/v1/audit', { limit: 50, ...filter })
export const verifyAudit = () => http.get<AuditCheck>('/api/v1/audit/verify')
export const readNotice = (id: string) => http.post(`/api/v1/notices/${id}/read`)
