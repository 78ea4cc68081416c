/** A value as it lies on the disk: AES-GCM, bound to the place it lies at, so that no record can stand in for another. */
export interface Sealed { iv: Uint8Array<ArrayBuffer>; data: ArrayBuffer }

export const isSealed = (value: unknown): value is Sealed => value instanceof Object && 'iv' in value && 'data' in value && value.iv instanceof Uint8Array

/** A key for this device alone: no script can read it out, only use it. */
export const newKey = (): Promise<CryptoKey> => crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])

const text = (s: string) => new TextEncoder().encode(s)

/** Seals what JSON can hold, and Blobs in it. */
export async function seal(key: CryptoKey, place: string, value: unknown): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(12))
  return { iv, data: await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: text(place) }, key, await pack(value)) }
}

/** Opens what seal made with the same key for the same place; undefined for anything else. */
export async function unseal<T>(key: CryptoKey, place: string, { iv, data }: Sealed): Promise<T | undefined> {
  try {
    return unpack(await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData: text(place) }, key, data)) as T
  } catch (error) {
    if (error instanceof DOMException && error.name === 'OperationError') return undefined
    throw error
  }
}

/** Where a Blob stands in the bytes behind the text. */
interface Piece { '#blob': number; size: number; type: string }

/** The length of a JSON text in four bytes, the text, then the Blobs it points to. */
async function pack(value: unknown): Promise<Uint8Array<ArrayBuffer>> {
  const blobs: Blob[] = []
  let length = 0
  const json = text(JSON.stringify(value, (_, one: unknown) => {
    if (!(one instanceof Blob)) return one
    blobs.push(one)
    length += one.size
    return { '#blob': length - one.size, size: one.size, type: one.type } satisfies Piece
  }))
  const out = new Uint8Array(4 + json.length + length)
  new DataView(out.buffer).setUint32(0, json.length)
  out.set(json, 4)
  let at = 4 + json.length
  for (const one of blobs) {
    out.set(new Uint8Array(await one.arrayBuffer()), at)
    at += one.size
  }
  return out
}

function unpack(bytes: ArrayBuffer): unknown {
  const behind = 4 + new DataView(bytes).getUint32(0)
  return JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, behind - 4)), (_, one: unknown) => {
    if (!(one instanceof Object) || !('#blob' in one)) return one
    const { '#blob': at, size, type } = one as Piece
    return new Blob([bytes.slice(behind + at, behind + at + size)], { type })
  })
}
