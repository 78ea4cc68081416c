import { api, body, set } from '@/kit/http'

export interface PublicFilter { wave?: string; street?: string; cursor?: string }

export const publicItems = (filter: PublicFilter) => body(api.GET('/api/v1/public/rectifications', { params: { query: set({ limit: 20, ...filter }) } }))
export const publicCounts = (filter: PublicFilter) => body(api.GET('/api/v1/public/rectifications/counts', { params: { query: set(filter) } }))
