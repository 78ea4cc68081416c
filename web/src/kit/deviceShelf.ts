/** One change of a device's store: without a value the thing is taken off. */
export interface Change<S extends string = string> { shelf: S; key: string; value?: unknown }

export interface DeviceShelf<S extends string> {
  take<T>(shelf: S, key: string): Promise<T | undefined>
  takeAll<T>(shelf: S): Promise<T[]>
  /** All changes or none; returns when they are on the disk. */
  change(...changes: Change<S>[]): Promise<void>
}

const settled = <T>(request: IDBRequest<T>): Promise<T> => new Promise((resolve, reject) => { request.onsuccess = () => resolve(request.result); request.onerror = () => reject(request.error) })

/** A store of this device with named shelves. Where the browser refuses one (some private windows), things live as long as the page. */
export function deviceShelf<S extends string>(name: string, shelves: readonly S[], version = 1): DeviceShelf<S> {
  const memory = new Map<string, unknown>()
  let opened: Promise<IDBDatabase | null> | undefined

  const open = () => (opened ??= new Promise((resolve) => {
    if (!('indexedDB' in window)) return resolve(null)
    const request = indexedDB.open(name, version)
    request.onupgradeneeded = () => shelves.filter((one) => !request.result.objectStoreNames.contains(one)).forEach((one) => request.result.createObjectStore(one))
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => resolve(null)
  }))

  return {
    async take<T>(shelf: S, key: string) {
      const store = await open()
      if (!store) return memory.get(`${shelf}/${key}`) as T | undefined
      return settled(store.transaction(shelf).objectStore(shelf).get(key) as IDBRequest<T | undefined>)
    },
    async takeAll<T>(shelf: S) {
      const store = await open()
      if (!store) return [...memory].filter(([key]) => key.startsWith(`${shelf}/`)).map(([, value]) => value as T)
      return settled(store.transaction(shelf).objectStore(shelf).getAll() as IDBRequest<T[]>)
    },
    async change(...changes) {
      const store = await open()
      if (!store) {
        for (const { shelf, key, value } of changes) value === undefined ? memory.delete(`${shelf}/${key}`) : memory.set(`${shelf}/${key}`, value)
        return
      }
      await new Promise<void>((resolve, reject) => {
        const work = store.transaction(shelves as S[], 'readwrite', { durability: 'strict' })
        work.oncomplete = () => resolve()
        work.onerror = work.onabort = () => reject(work.error)
        for (const { shelf, key, value } of changes) value === undefined ? work.objectStore(shelf).delete(key) : work.objectStore(shelf).put(value, key)
      })
    },
  }
}
