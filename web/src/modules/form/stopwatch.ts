import type { PageTime } from './model'

/** Seconds spent in each section while the page was in view. */
export class Stopwatch {
  private readonly spent = new Map<string, number>()
  private section: string | null = null
  private since = 0
  private readonly listen = () => (document.hidden ? this.pause() : (this.since = performance.now()))

  constructor(before: PageTime[] = []) {
    for (const page of before) this.spent.set(page.section, page.seconds)
    document.addEventListener('visibilitychange', this.listen)
  }

  enter(section: string): void {
    this.pause()
    this.section = section
    this.since = performance.now()
  }

  private pause(): void {
    if (this.section === null || !this.since) return
    this.spent.set(this.section, (this.spent.get(this.section) ?? 0) + (performance.now() - this.since) / 1000)
    this.since = 0
  }

  pages(): PageTime[] {
    this.pause()
    this.since = performance.now()
    return [...this.spent].map(([section, seconds]) => ({ section, seconds: Math.round(seconds) }))
  }

  close(): void {
    this.pause()
    document.removeEventListener('visibilitychange', this.listen)
  }
}
