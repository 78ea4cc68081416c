/** The browser's side of an event stream, as a test drives it; `all` holds what was opened, in order. */
export class Pipe extends EventTarget {
  static readonly CLOSED = 2
  static all: Pipe[] = []
  readyState = 1
  onerror: (() => void) | null = null
  constructor(readonly url: string) { super(); Pipe.all.push(this) }
  static open = (): Pipe[] => Pipe.all.filter((one) => one.readyState !== Pipe.CLOSED)
  close(): void { this.readyState = Pipe.CLOSED }
  say(name: string, data: unknown = {}): void { this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data) })) }
  refuse(): void { this.readyState = Pipe.CLOSED; this.onerror?.() }
}
