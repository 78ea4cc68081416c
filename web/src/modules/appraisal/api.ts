import { api, body, set, withQuery } from '@/kit/http'

export type ScoreBy = 'street' | 'community' | 'dimension' | 'key_point' | 'indicator' | 'evaluated'
export interface ScoreFilter { by: ScoreBy; group?: 'elder' | 'adult' | 'unit'; channel?: 'targeted' | 'online'; street?: string }

export const getScores = (wave: string, filter: ScoreFilter) => body(api.GET('/api/v1/waves/{id}/scores', { params: { path: { id: wave }, query: set(filter) } }))
export const getRanks = (wave: string) => body(api.GET('/api/v1/waves/{id}/ranks', { params: { path: { id: wave } } }))
export const reportAddress = (wave: string, format: 'xlsx' | 'docx' | 'csv' | 'json') => withQuery(`/api/v1/waves/${wave}/report`, { format })
