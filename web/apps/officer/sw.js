// The officer's pages without a network. The build puts the list of files and its digest in front of this text (vite.config.ts), so a
// new build is a new worker. Tasks and what waits to be sent are kept by the pages (web/src/modules/officer/shelf.ts); the worker keeps
// the pages themselves and the photographs of cases that were looked at.
/* global files, build */
const patience = 4_000
const shell = '/m/'
const kept = `yiwang-officer-${build}`
const photos = 'yiwang-officer-photos'
const mostPhotos = 120

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(kept).then((cache) => cache.addAll([shell, ...files])))
})

self.addEventListener('activate', (event) => {
  const ours = (name) => name.startsWith('yiwang-officer-') && name !== kept && name !== photos
  const old = caches.keys().then((names) => Promise.all(names.filter(ours).map((name) => caches.delete(name))))
  event.waitUntil(old.then(() => self.clients.claim()))
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const address = new URL(request.url)
  if (request.method !== 'GET' || address.origin !== location.origin) return
  if (request.mode === 'navigate') return event.respondWith(page(request))
  if (address.pathname.startsWith('/assets/') || files.includes(address.pathname)) return event.respondWith(caches.match(request).then((found) => found ?? fetch(request)))
  if (/^\/api\/v1\/cases\/[^/]+\/evidence\/[^/]+$/.test(address.pathname)) event.respondWith(photograph(request))
})

/** The page as the server has it; as it is kept where the server does not answer in time (a stairwell with one bar) or is just starting. */
async function page(request) {
  const kept = await caches.match(shell)
  if (!kept) return fetch(request)
  const late = new Promise((resolve) => setTimeout(resolve, patience, kept))
  const asked = fetch(request).then((answer) => (answer.status >= 500 ? kept : answer), () => kept)
  return Promise.race([asked, late])
}

/** A call that rang while the page was not in front: a click brings the page there, or opens it. */
self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(self.clients.matchAll({ type: 'window' }).then((pages) => {
    const page = pages.find((one) => new URL(one.url).pathname.startsWith(shell))
    return page ? page.focus() : self.clients.openWindow(shell)
  }))
})

/** A photograph never changes under its address: what is kept is shown, and the oldest makes room. Signing out throws all away. */
async function photograph(request) {
  const cache = await caches.open(photos)
  const found = await cache.match(request)
  if (found) return found
  const response = await fetch(request)
  if (response.ok && response.status === 200) {
    await cache.put(request, response.clone())
    const all = await cache.keys()
    await Promise.all(all.slice(0, Math.max(0, all.length - mostPhotos)).map((one) => cache.delete(one)))
  }
  return response
}
