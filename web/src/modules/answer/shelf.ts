/** The shelves of the device's own store. */
export type Shelf = 'drafts' | 'waiting' | 'sent' | 'photos'
const shelves: Shelf[] = ['drafts', 'waiting', 'sent', 'photos']

let opened: Promise<IDBDatabase | null> | undefined
/** Where the browser refuses a store (some private windows), things live as long as the page. */
const memory = new Map<string, unknown>()

function open(): Promise<IDBDatabase | null> {
  opened ??= new Promise((resolve) => {
    if (!('indexedDB' in window)) return resolve(null)
    const request = indexedDB.open('yiwang-answers', 1)
    request.onupgradeneeded = () => shelves.forEach((name) => request.result.createObjectStore(name))
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => resolve(null)
  })
  return opened
}

const settled = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => { request.onsuccess = () => resolve(request.result); request.onerror = () => reject(request.error) })

export async function take<T>(shelf: Shelf, key: string): Promise<T | undefined> {
  const store = await open()
  if (!store) return memory.get(`${shelf}/${key}`) as T | undefined
  return settled(store.transaction(shelf).objectStore(shelf).get(key) as IDBRequest<T | undefined>)
}

export async function takeAll<T>(shelf: Shelf): Promise<T[]> {
  const store = await open()
  if (!store) return [...memory].filter(([key]) => key.startsWith(`${shelf}/`)).map(([, value]) => value as T)
  return settled(store.transaction(shelf).objectStore(shelf).getAll() as IDBRequest<T[]>)
}

export interface Change { shelf: Shelf; key: string; value?: unknown }

/** All changes or none; without a value the thing is taken off. */
export async function change(...changes: Change[]): Promise<void> {
  const store = await open()
  if (!store) {
    for (const { shelf, key, value } of changes) value === undefined ? memory.delete(`${shelf}/${key}`) : memory.set(`${shelf}/${key}`, value)
    return
  }
  await new Promise<void>((resolve, reject) => {
    const work = store.transaction(shelves, 'readwrite', { durability: 'strict' })
    work.oncomplete = () => resolve()
    work.onerror = work.onabort = () => reject(work.error)
    for (const { shelf, key, value } of changes) value === undefined ? work.objectStore(shelf).delete(key) : work.objectStore(shelf).put(value, key)
  })
}
