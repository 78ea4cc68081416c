/** What an interviewer takes along without network: the kit and what waits to be sent. One record each, in the device's own store. */
type Shelf = 'kit' | 'waiting'

let opened: Promise<IDBDatabase | null> | undefined
const memory = new Map<string, unknown>()

function open(): Promise<IDBDatabase | null> {
  opened ??= new Promise((resolve) => {
    if (!('indexedDB' in window)) return resolve(null)
    const request = indexedDB.open('yiwang-fieldwork', 1)
    request.onupgradeneeded = () => ['kit', 'waiting'].forEach((name) => request.result.createObjectStore(name))
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => resolve(null)
  })
  return opened
}

const settled = <T>(request: IDBRequest<T>): Promise<T> => new Promise((resolve, reject) => { request.onsuccess = () => resolve(request.result); request.onerror = () => reject(request.error) })

export async function takeAll<T>(shelf: Shelf): Promise<T[]> {
  const store = await open()
  if (!store) return [...memory].filter(([key]) => key.startsWith(`${shelf}/`)).map(([, value]) => value as T)
  return settled(store.transaction(shelf).objectStore(shelf).getAll() as IDBRequest<T[]>)
}

/** Puts a thing on the shelf; without a value it is taken off. Returns when it is on the disk. */
export async function put(shelf: Shelf, key: string, value?: unknown): Promise<void> {
  const store = await open()
  if (!store) return void (value === undefined ? memory.delete(`${shelf}/${key}`) : memory.set(`${shelf}/${key}`, value))
  await new Promise<void>((resolve, reject) => {
    const work = store.transaction(shelf, 'readwrite', { durability: 'strict' })
    work.oncomplete = () => resolve()
    work.onerror = work.onabort = () => reject(work.error)
    const shelves = work.objectStore(shelf)
    if (value === undefined) shelves.delete(key)
    else shelves.put(JSON.parse(JSON.stringify(value)), key)
  })
}
