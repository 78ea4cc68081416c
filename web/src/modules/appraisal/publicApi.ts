import type { Page, PublicResult, PublicWave } from '@/api/types'
import { http } from '@/kit/http'

export const publicAbout = () => http.get<{ demo: boolean }>('/api/v1/public/about')
export const publicWaves = () => http.get<Page<PublicWave>>('/api/v1/public/waves')
export const publicResult = (wave: string) => http.get<PublicResult>(`/api/v1/public/waves/${wave}`)
