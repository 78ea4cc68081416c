import { deviceShelf } from '@/kit/deviceShelf'

/** What an interviewer takes along without network: the kit and what waits to be sent. One record each, in the device's own store. */
type Shelf = 'kit' | 'waiting'

const { takeAll, change } = deviceShelf<Shelf>('yiwang-fieldwork', ['kit', 'waiting'], 2)

export { takeAll }

/** Puts a thing on the shelf; without a value it is taken off. Returns when it is on the disk. */
export const put = (shelf: Shelf, key: string, value?: unknown): Promise<void> => change({ shelf, key, value: value === undefined ? undefined : JSON.parse(JSON.stringify(value)) })
