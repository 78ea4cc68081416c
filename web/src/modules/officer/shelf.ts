import { deviceShelf } from '@/kit/deviceShelf'

/** me: who works here · tasks and cases: what was read last · tree: categories · draft: a report in the making · waiting, photos: what is to be sent · sent: what arrived · duty: whether somebody is on duty · fixes: positions to be sent. */
export type Shelf = 'me' | 'tasks' | 'cases' | 'tree' | 'draft' | 'waiting' | 'photos' | 'sent' | 'duty' | 'fixes'
const shelves: Shelf[] = ['me', 'tasks', 'cases', 'tree', 'draft', 'waiting', 'photos', 'sent', 'duty', 'fixes']

export const { take, takeAll, change, wipe } = deviceShelf<Shelf>('yiwang-officer', shelves, 3)
