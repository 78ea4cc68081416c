import { deviceShelf } from '@/kit/deviceShelf'

/** me: who works here · tasks and cases: what was read last · tree: categories · draft: a report in the making · waiting, photos: what is to be sent · sent: what arrived. */
export type Shelf = 'me' | 'tasks' | 'cases' | 'tree' | 'draft' | 'waiting' | 'photos' | 'sent'
const shelves: Shelf[] = ['me', 'tasks', 'cases', 'tree', 'draft', 'waiting', 'photos', 'sent']

export const { take, takeAll, change } = deviceShelf<Shelf>('yiwang-officer', shelves)
