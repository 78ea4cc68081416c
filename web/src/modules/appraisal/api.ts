import type { RankTable, ScoreTable } from '@/api/types'
import { http } from '@/kit/http'

export type ScoreBy = 'street' | 'community' | 'dimension' | 'key_point' | 'indicator'
export interface ScoreFilter { by: ScoreBy; group?: string; channel?: string; street?: string }

export const getScores = (wave: string, filter: ScoreFilter) => http.get<ScoreTable>(`/api/v1/waves/${wave}/scores`, { ...filter })
export const getRanks = (wave: string) => http.get<RankTable>(`/api/v1/waves/${wave}/ranks`)
export const reportAddress = (wave: string, format: 'xlsx' | 'docx' | 'html') => `/api/v1/waves/${wave}/report?format=${format}`
