// The public pages without a network. The build puts the list of files and its digest in front of this text (vite.config.ts), so a
// new build is a new worker. Answers are kept and sent by the pages (web/src/modules/answer/outbox.ts); the worker sends what is left when
// every page is closed. Both may try: one submission id is stored once.
/* global files, build */
const patience = 4_000
const shell = '/p/'
const kept = `yiwang-pages-${build}`
const said = 'yiwang-said'

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(kept).then((cache) => cache.addAll([shell, ...files])))
})

self.addEventListener('activate', (event) => {
  const ours = (name) => name.startsWith('yiwang-pages-') && name !== kept // the officers' pages keep theirs under the same address
  const old = caches.keys().then((names) => Promise.all(names.filter(ours).map((name) => caches.delete(name))))
  event.waitUntil(old.then(() => self.clients.claim()))
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const address = new URL(request.url)
  if (request.method !== 'GET' || address.origin !== location.origin) return
  if (request.mode === 'navigate') return event.respondWith(page(request))
  if (address.pathname.startsWith('/assets/') || files.includes(address.pathname)) return event.respondWith(caches.match(request).then((found) => found ?? fetch(request)))
  // What was published is shown again without a network. A questionnaire is kept by its page, with the answers.
  if (address.pathname.startsWith('/api/v1/public/') && !address.pathname.endsWith('/questionnaire')) event.respondWith(fresh(request))
})

/** The page as the server has it; as it is kept where the server does not answer in time (a stairwell with one bar) or is just starting. */
async function page(request) {
  const kept = await caches.match(shell)
  if (!kept) return fetch(request)
  const late = new Promise((resolve) => setTimeout(resolve, patience, kept))
  const asked = fetch(request).then((answer) => (answer.status >= 500 ? kept : answer), () => kept)
  return Promise.race([asked, late])
}

/** The answer of the server; without a network the last one of this address. */
async function fresh(request) {
  const cache = await caches.open(said)
  try {
    const response = await fetch(request)
    if (response.ok && response.headers.get('content-type')?.includes('json')) await cache.put(request, response.clone()) // words, no photographs: a phone is small
    return response
  } catch (error) {
    const last = await cache.match(request)
    if (last) return last
    throw error
  }
}

self.addEventListener('sync', (event) => {
  if (event.tag === 'yiwang-answers') event.waitUntil(sendLeft())
})

/** Sends finished answer sheets while no page is in sight. Those with photographs, and those the server refuses, wait for the page. */
async function sendLeft() {
  const pages = await self.clients.matchAll({ type: 'window' })
  if (pages.some((page) => page.visibilityState === 'visible')) return
  const request = indexedDB.open('yiwang-answers')
  request.onupgradeneeded = () => request.transaction.abort() // nothing was ever kept here: leave it so
  const store = await opened(request)
  const lock = await opened(store.transaction('#lock').objectStore('#lock').get('lock'))
  if (!lock) return
  for (const id of await opened(store.transaction('waiting').objectStore('waiting').getAllKeys())) {
    const item = await unsealed(lock.key, `waiting/${id}`, await opened(store.transaction('waiting').objectStore('waiting').get(id)))
    if (item.state === 'refused' || JSON.stringify(item.body.answers).includes('"local:')) continue
    const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': item.id }
    const response = await fetch('/api/v1/public/responses', { method: 'POST', headers, body: JSON.stringify(item.body) })
    if (response.status >= 500 || response.status === 429) throw new Error('the browser asks again later')
    if (!response.ok) continue
    const { receipt } = await response.json()
    const sent = await sealed(lock.key, `sent/${item.key}`, { id: item.id, key: item.key, name: item.name, receipt, at: new Date().toISOString() })
    const work = store.transaction(['waiting', 'sent'], 'readwrite')
    work.objectStore('waiting').delete(item.id)
    work.objectStore('sent').put(sent, item.key)
    await new Promise((resolve, reject) => { work.oncomplete = resolve; work.onabort = () => reject(work.error) })
  }
}

const opened = (request) => new Promise((resolve, reject) => { request.onsuccess = () => resolve(request.result); request.onerror = () => reject(request.error) })

// What lies on the device is sealed; the form of it is that of web/src/kit/seal.ts: a length, a JSON text.
const bytes = (text) => new TextEncoder().encode(text)

async function unsealed(key, place, { iv, data }) {
  const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData: bytes(place) }, key, data)
  return JSON.parse(new TextDecoder().decode(new Uint8Array(plain, 4, new DataView(plain).getUint32(0))))
}

async function sealed(key, place, value) {
  const json = bytes(JSON.stringify(value)), plain = new Uint8Array(4 + json.length), iv = crypto.getRandomValues(new Uint8Array(12))
  new DataView(plain.buffer).setUint32(0, json.length)
  plain.set(json, 4)
  return { iv, data: await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: bytes(place) }, key, plain) }
}
