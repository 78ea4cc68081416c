import address from './stream.worker?sharedworker&url'
import { StreamLine, type Tell } from './streamLine'
import type { Asked, Told } from './streamHub'

/** The worker passes on a sign of life every quarter of a minute; one that is silent for longer has ended without saying so. */
const silence = 60_000

/**
 * The end of a shared line, for tabs of one signed-in person. `begin` is called again and again while the tab follows: it is also the sign
 * that the tab lives. Where the browser has no shared workers, or cannot load this one, the tab has a line of its own.
 */
export class SharedLine {
  private worker: SharedWorker | null = null
  private own: StreamLine | null = null
  private silent: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly who: string, private readonly tell: Tell) {
    if (typeof SharedWorker === 'undefined') this.own = new StreamLine(tell)
  }

  begin(): void {
    if (this.own) return this.own.begin()
    if (!this.worker) this.join()
    this.say('follow')
  }

  end(): void {
    if (this.own) return this.own.end()
    clearTimeout(this.silent)
    if (!this.worker) return
    this.say('rest')
    this.worker.port.close()
    this.worker = null
    this.tell('broken', '')
  }

  private join(): void {
    const worker = (this.worker = new SharedWorker(address, { type: 'module', name: this.who }))
    worker.port.onmessage = ({ data }: MessageEvent<Told>) => {
      if (worker !== this.worker) return
      this.hear()
      this.tell(data.name, data.data)
    }
    worker.onerror = () => { // not there any more after an upgrade, or without a network
      if (worker !== this.worker) return
      this.end()
      this.own = new StreamLine(this.tell)
      this.own.begin()
    }
    this.hear()
  }

  private hear(): void {
    clearTimeout(this.silent)
    this.silent = setTimeout(() => { this.end(); this.begin() }, silence)
  }

  private say(word: Asked): void {
    this.worker?.port.postMessage(word)
  }
}
