// The public pages without a network. The build puts the list of files and its digest in front of this text (vite.config.ts), so a
// new build is a new worker. Answers are not handled here: the pages keep and send them (web/src/modules/answer/outbox.ts).
/* global files, build */
const shell = '/p/'
const kept = `yiwang-pages-${build}`
const said = 'yiwang-said'

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(kept).then((cache) => cache.addAll([shell, ...files])))
})

self.addEventListener('activate', (event) => {
  const old = caches.keys().then((names) => Promise.all(names.filter((name) => name !== kept && name !== said).map((name) => caches.delete(name))))
  event.waitUntil(old.then(() => self.clients.claim()))
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const address = new URL(request.url)
  if (request.method !== 'GET' || address.origin !== location.origin) return
  if (request.mode === 'navigate') return event.respondWith(fetch(request).catch(() => caches.match(shell)))
  if (address.pathname.startsWith('/assets/') || files.includes(address.pathname)) return event.respondWith(caches.match(request).then((found) => found ?? fetch(request)))
  // What was published is shown again without a network. A questionnaire is kept by its page, with the answers.
  if (address.pathname.startsWith('/api/v1/public/') && !address.pathname.endsWith('/questionnaire')) event.respondWith(fresh(request))
})

/** The answer of the server; without a network the last one of this address. */
async function fresh(request) {
  const cache = await caches.open(said)
  try {
    const response = await fetch(request)
    if (response.ok && request.headers.get('range') === null) await cache.put(request, response.clone())
    return response
  } catch (error) {
    const last = await cache.match(request)
    if (last) return last
    throw error
  }
}
