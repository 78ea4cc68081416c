import { api, body } from '@/kit/http'

export const publicReport = (wave: string) => body(api.GET('/api/v1/public/waves/{id}/report', { params: { path: { id: wave } } }))
export const publicReportAddress = (wave: string) => `/api/v1/public/waves/${wave}/report.html`
