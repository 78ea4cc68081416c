import { deviceShelf } from '@/kit/deviceShelf'

/** draft: a report in the making · waiting, photos: what is to be sent · kept: what arrived, to follow it. */
export const { take, takeAll, change } = deviceShelf<'draft' | 'waiting' | 'photos' | 'kept'>('yiwang-reports', ['draft', 'waiting', 'photos', 'kept'], 2)
