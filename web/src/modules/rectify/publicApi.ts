import type { Page, PublicCounts, PublicItem } from '@/api/types'
import { http } from '@/kit/http'

export interface PublicFilter { wave?: string; street?: string; result?: string; limit?: number; cursor?: string }

export const publicItems = (filter: PublicFilter) => http.get<Page<PublicItem>>('/api/v1/public/rectifications', { limit: 20, ...filter })
export const publicCounts = (filter: PublicFilter) => http.get<PublicCounts>('/api/v1/public/rectifications/counts', { ...filter })
