import { streamHub } from './streamHub'

/** The worker that all tabs of a browser share: it outlives each of them, and no tab in the background slows it down. */
const join = streamHub()
addEventListener('connect', (event) => join((event as MessageEvent).ports[0]!))
