import { api, body } from '@/kit/http'

export const publicAbout = () => body(api.GET('/api/v1/public/about'))
export const publicWaves = () => body(api.GET('/api/v1/public/waves'))
export const publicResult = (wave: string) => body(api.GET('/api/v1/public/waves/{id}', { params: { path: { id: wave } } }))
