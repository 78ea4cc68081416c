import { onScopeDispose, ref, shallowRef, type Ref } from 'vue'
import { readFrame } from './liveFrame'
import { LiveStore, type LiveNames } from './liveStore'

interface Wanted { area?: Ref<string>; anonymous?: boolean; rest?: boolean }

const silence = 20_000 // the server says something every five seconds
const longest = 30_000

/**
 * Follows the position stream as long as the calling component lives. `beat` counts frames; the store changes in place. With rest it
 * is closed while the page is hidden. A lost connection is tried again after one to thirty seconds and goes on where it ended.
 */
export function useLive({ area, anonymous = false, rest = true }: Wanted = {}) {
  const store = new LiveStore()
  const beat = shallowRef(0)
  const open = ref(false)
  const heardAt = ref(0)
  const refused = ref(false)
  let socket: WebSocket | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let watch: ReturnType<typeof setTimeout> | undefined
  let wait = 1_000
  let ended = false

  function connect(): void {
    clearTimeout(timer)
    if (ended || socket || (rest && document.hidden)) return
    const address = new URL('/api/v1/live/positions', location.origin)
    address.protocol = address.protocol.replace('http', 'ws')
    if (anonymous) address.searchParams.set('anonymous', 'true')
    if (area?.value) address.searchParams.set('area', area.value)
    if (store.epoch) { address.searchParams.set('epoch', String(store.epoch)); address.searchParams.set('change', String(store.change)) }
    const mine = (socket = new WebSocket(address))
    mine.binaryType = 'arraybuffer'
    mine.onopen = () => store.grids.clear() // every connection is told the names anew
    mine.onmessage = (event: MessageEvent<ArrayBuffer | string>) => { if (mine === socket) hear(event.data) }
    mine.onclose = () => { if (mine === socket) lost() }
    listenFor(silence)
  }

  function hear(data: ArrayBuffer | string): void {
    if (typeof data === 'string') return store.name(JSON.parse(data) as LiveNames)
    try {
      store.take(readFrame(new Uint8Array(data)))
    } catch {
      store.epoch = 0 // begin anew
      return drop()
    }
    open.value = true
    refused.value = false
    wait = 1_000
    heardAt.value = Date.now()
    beat.value++
    listenFor(silence)
  }
  function listenFor(ms: number): void { clearTimeout(watch); watch = setTimeout(drop, ms) }
  function drop(): void { const old = socket; socket = undefined; old?.close(); lost() }
  function lost(): void {
    socket = undefined
    clearTimeout(watch)
    refused.value = !open.value && wait > 1_000
    open.value = false
    if (ended) return
    timer = setTimeout(connect, wait * (0.75 + Math.random() / 2))
    wait = Math.min(longest, wait * 2)
  }
  function again(): void { store.epoch = 0; if (socket) { const old = socket; socket = undefined; old.close() } wait = 1_000; connect() }
  function wake(): void {
    if (rest && document.hidden) { const old = socket; socket = undefined; clearTimeout(watch); clearTimeout(timer); old?.close(); open.value = false } else connect()
  }
  document.addEventListener('visibilitychange', wake)
  addEventListener('online', connect)
  connect()
  onScopeDispose(() => {
    ended = true
    clearTimeout(timer)
    clearTimeout(watch)
    document.removeEventListener('visibilitychange', wake)
    removeEventListener('online', connect)
    const old = socket
    socket = undefined
    old?.close()
  })
  return { store, beat, open, heardAt, refused, again }
}
