/** What the server tells of; every other name is about the line itself. */
const names = ['case', 'clock', 'whistle', 'alarm', 'call', 'duty', 'sos', 'reload', 'alive'] as const

/**
 * What a line says: an event of the server with its data as JSON, or of itself: `hello` when it stands, `lost` while the browser tries again
 * by itself and misses nothing, `broken` when it ended and whatever happens until the next `hello` is told to nobody.
 */
export type Tell = (name: (typeof names)[number] | 'hello' | 'lost' | 'broken', data: string) => void

/** The server says every quarter of a minute that it lives; a connection that says nothing is dead, though the browser does not notice. */
const silence = 40_000

/** One connection to the server's stream of events. */
export class StreamLine {
  private source: EventSource | null = null
  private silent: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly tell: Tell) {}

  /** Opens the line where it is not open; call it again after `broken`. */
  begin(): void {
    if (this.source) return
    const source = (this.source = new EventSource('/api/v1/stream'))
    this.hear()
    source.addEventListener('hello', () => { this.hear(); this.tell('hello', '') })
    for (const name of names) source.addEventListener(name, (event) => { this.hear(); this.tell(name, (event as MessageEvent<string>).data) })
    source.onerror = () => (source.readyState === EventSource.CLOSED ? this.end() : this.tell('lost', '')) // closed: refused
  }

  end(): void {
    clearTimeout(this.silent)
    if (!this.source) return
    this.source.close()
    this.source = null
    this.tell('broken', '')
  }

  private hear(): void {
    clearTimeout(this.silent)
    this.silent = setTimeout(() => { this.end(); this.begin() }, silence)
  }
}
