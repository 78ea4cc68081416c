// What a browser keeps on the disk for a page, read past the program: as somebody would who took the phone apart.

/** Everything in a store of the browser as text, the bytes of photographs included; how many records it holds, how many of them are sealed, and whether the key can be read out. */
export const onDisk = (page, name) => page.evaluate(async (name) => {
  const done = (request) => new Promise((resolve, reject) => { request.onsuccess = () => resolve(request.result); request.onerror = () => reject(request.error) })
  const store = await done(indexedDB.open(name))
  const pieces = []
  let sealed = 0, records = 0, keyIsOut = false
  const walk = async (value) => {
    if (typeof value === 'string') pieces.push(value)
    else if (value instanceof CryptoKey) keyIsOut ||= value.extractable || await crypto.subtle.exportKey('raw', value).then(() => true, () => false)
    else if (value instanceof Blob) await walk(await value.arrayBuffer())
    else if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) for (const words of ['utf-8', 'utf-16le', 'latin1']) pieces.push(new TextDecoder(words).decode(value))
    else if (value instanceof Object) for (const [key, inner] of Object.entries(value)) { pieces.push(key); await walk(inner) }
  }
  for (const shelf of store.objectStoreNames) {
    for (const value of await done(store.transaction(shelf).objectStore(shelf).getAll())) {
      await walk(value)
      if (shelf === '#lock') continue
      records++
      if (value.iv instanceof Uint8Array && value.data instanceof ArrayBuffer && Object.keys(value).length === 2) sealed++
    }
  }
  store.close()
  return { text: pieces.join('\n'), records, sealed, keyIsOut }
}, name)
