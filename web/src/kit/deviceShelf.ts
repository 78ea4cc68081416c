import { isSealed, newKey, seal, unseal } from './seal'

/** One change of a device's store: without a value the thing is taken off. */
export interface Change<S extends string = string> { shelf: S; key: string; value?: unknown }

export interface DeviceShelf<S extends string> {
  take<T>(shelf: S, key: string): Promise<T | undefined>
  takeAll<T>(shelf: S): Promise<T[]>
  /** All changes or none, in the order they were asked for; returns when they are on the disk. */
  change(...changes: Change<S>[]): Promise<void>
  /** Takes everything off the device, the key with it: what a copy of the disk still holds opens no more. */
  wipe(): Promise<void>
}

/** The key under which the others are sealed, and which key that is. */
interface Lock { id: string; key: CryptoKey }
const locks = '#lock'

const settled = <T>(request: IDBRequest<T>): Promise<T> => new Promise((resolve, reject) => { request.onsuccess = () => resolve(request.result); request.onerror = () => reject(request.error) })
const done = (work: IDBTransaction): Promise<void> => new Promise((resolve, reject) => { work.oncomplete = () => resolve(); work.onabort = () => reject(work.error) })

/**
 * A store of this device with named shelves. What lies on the disk is sealed under a key that no script can read out. Where
 * the browser keeps nothing or cannot seal (some private windows, pages without TLS), things live as long as the page.
 */
export function deviceShelf<S extends string>(name: string, shelves: readonly S[], version = 1): DeviceShelf<S> {
  const memory = new Map<string, unknown>()
  let opened: Promise<IDBDatabase | null> | undefined
  let last: Promise<unknown> = Promise.resolve()

  const open = () => (opened ??= begin())

  async function begin(): Promise<IDBDatabase | null> {
    if (!('indexedDB' in window) || !globalThis.crypto?.subtle) return null
    const disk = await connect()
    if (disk) for (const shelf of shelves) await sealOld(disk, shelf)
    return disk
  }

  const connect = (): Promise<IDBDatabase | null> => new Promise((resolve) => {
    const request = indexedDB.open(name, version)
    request.onupgradeneeded = () => [...shelves, locks].filter((one) => !request.result.objectStoreNames.contains(one)).forEach((one) => request.result.createObjectStore(one))
    request.onsuccess = () => {
      request.result.onversionchange = () => { request.result.close(); opened = undefined } // a newer page may go on
      resolve(request.result)
    }
    request.onerror = request.onblocked = () => resolve(null) // a page of an earlier version holds on to it: this one goes without
  })

  /** The lock of this device; the first page that needs it makes it. */
  async function lockOf(disk: IDBDatabase): Promise<Lock> {
    const there = await settled<Lock | undefined>(disk.transaction(locks).objectStore(locks).get('lock'))
    if (there) return there
    const made: Lock = { id: crypto.randomUUID(), key: await newKey() }
    const work = disk.transaction(locks, 'readwrite', { durability: 'strict' })
    const other = await settled<Lock | undefined>(work.objectStore(locks).get('lock')) // of another page, meanwhile
    if (!other) work.objectStore(locks).put(made, 'lock')
    await done(work)
    return other ?? made
  }

  /** Seals what an earlier program left open. */
  async function sealOld(disk: IDBDatabase, shelf: S): Promise<void> {
    const look = disk.transaction(shelf).objectStore(shelf)
    const [keys, values] = await Promise.all([settled(look.getAllKeys()), settled<unknown[]>(look.getAll())])
    const left = keys.map((key, i) => ({ shelf, key: String(key), value: values[i] })).filter((one) => !isSealed(one.value))
    if (left.length) await write(disk, left)
  }

  /** Writes under the lock that stands: if somebody wiped the device while this was being sealed, it is sealed anew. */
  async function write(disk: IDBDatabase, changes: Change<S>[]): Promise<void> {
    for (;;) {
      const lock = await lockOf(disk)
      const sealed = await Promise.all(changes.map(({ shelf, key, value }) => (value === undefined ? undefined : seal(lock.key, `${shelf}/${key}`, value))))
      const work = disk.transaction([...shelves, locks], 'readwrite', { durability: 'strict' })
      const now = await settled<Lock | undefined>(work.objectStore(locks).get('lock'))
      const stands = now?.id === lock.id
      if (stands) changes.forEach(({ shelf, key }, i) => (sealed[i] === undefined ? work.objectStore(shelf).delete(key) : work.objectStore(shelf).put(sealed[i], key)))
      await done(work)
      if (stands) return
    }
  }

  /** Behind what was asked before, so that nothing small overtakes something large. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = last.then(work)
    last = mine.catch(() => undefined)
    return mine
  }

  return {
    take: <T>(shelf: S, key: string) => inTurn(async () => {
      const disk = await open()
      if (!disk) return memory.get(`${shelf}/${key}`) as T | undefined
      const found = await settled<unknown>(disk.transaction(shelf).objectStore(shelf).get(key))
      return isSealed(found) ? unseal<T>((await lockOf(disk)).key, `${shelf}/${key}`, found) : undefined
    }),
    takeAll: <T>(shelf: S) => inTurn(async () => {
      const disk = await open()
      if (!disk) return [...memory].filter(([key]) => key.startsWith(`${shelf}/`)).map(([, value]) => value as T)
      const { key } = await lockOf(disk)
      const store = disk.transaction(shelf).objectStore(shelf)
      const [keys, values] = await Promise.all([settled(store.getAllKeys()), settled<unknown[]>(store.getAll())])
      const all = await Promise.all(values.map((one, i) => (isSealed(one) ? unseal<T>(key, `${shelf}/${String(keys[i])}`, one) : undefined)))
      return all.filter((one) => one !== undefined)
    }),
    change: (...changes) => inTurn(async () => {
      const disk = await open()
      if (disk) return write(disk, changes)
      for (const { shelf, key, value } of changes) value === undefined ? memory.delete(`${shelf}/${key}`) : memory.set(`${shelf}/${key}`, value)
    }),
    wipe: () => inTurn(async () => {
      memory.clear()
      const disk = await open()
      if (!disk) return
      const work = disk.transaction([...shelves, locks], 'readwrite', { durability: 'strict' })
      for (const one of [...shelves, locks]) work.objectStore(one).clear()
      await done(work)
    }),
  }
}
