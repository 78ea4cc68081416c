import { deviceShelf } from './deviceShelf'

/** What somebody at a desk has begun and not sent: sealed on the device, under who wrote it, taken off at sign-out. */
const shelf = deviceShelf<'begun'>('yiwang-desk', ['begun'])
const life = 7 * 86_400_000

interface Begun<T> { at: number; value: T }

/** What the person began last, if it is no older than a week, and when. */
export async function takeBegun<T>(what: string, user: string): Promise<Begun<T> | undefined> {
  const begun = await shelf.take<Begun<T>>('begun', `${what}/${user}`)
  return begun && Date.now() - begun.at < life ? begun : undefined
}

export const keepBegun = (what: string, user: string, value: unknown): Promise<void> => shelf.change({ shelf: 'begun', key: `${what}/${user}`, value: { at: Date.now(), value } satisfies Begun<unknown> })
export const dropBegun = (what: string, user: string): Promise<void> => shelf.change({ shelf: 'begun', key: `${what}/${user}` })
export const wipeBegun = (): Promise<void> => shelf.wipe()
