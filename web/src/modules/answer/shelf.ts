import { deviceShelf, type Change as AnyChange } from '@/kit/deviceShelf'

/** The shelves of the device's own store. */
export type Shelf = 'drafts' | 'waiting' | 'sent' | 'photos'
export type Change = AnyChange<Shelf>

export const { take, takeAll, change } = deviceShelf<Shelf>('yiwang-answers', ['drafts', 'waiting', 'sent', 'photos'], 2)
