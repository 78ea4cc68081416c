import { StreamLine, type Tell } from './streamLine'

/** What goes to a tab, and what a tab says: that it follows (again and again while it does), or that it follows no more. */
export interface Told { name: Parameters<Tell>[0]; data: string }
export type Asked = 'follow' | 'rest'

interface Port { onmessage: ((event: MessageEvent<Asked>) => void) | null; postMessage(told: Told): void }

const forgetAfter = 150_000 // a tab in the background may speak once a minute; one that is frozen or gone does not speak
const lookEvery = 30_000

/**
 * One line for all tabs of a browser: over plain http a browser opens six connections to a server, and a line takes one for good. The line
 * stands as long as one tab follows. A tab that says nothing for long is told that it missed what came since, should it ever hear again.
 */
export function streamHub(): (port: Port) => void {
  const heard = new Map<Port, number>()
  let stands = false
  const line = new StreamLine((name, data) => {
    if (name === 'hello') stands = true
    if (name === 'lost' || name === 'broken') stands = false
    for (const port of heard.keys()) port.postMessage({ name, data })
  })

  function rest(port: Port): void {
    heard.delete(port)
    if (!heard.size) line.end()
  }
  function follow(port: Port): void {
    const fresh = !heard.has(port)
    heard.set(port, Date.now())
    if (fresh && stands) port.postMessage({ name: 'hello', data: '' })
    line.begin()
  }
  setInterval(() => {
    for (const [port, at] of heard) {
      if (Date.now() - at < forgetAfter) continue
      port.postMessage({ name: 'broken', data: '' })
      rest(port)
    }
  }, lookEvery)
  return (port) => { port.onmessage = ({ data }) => (data === 'follow' ? follow(port) : rest(port)) }
}
