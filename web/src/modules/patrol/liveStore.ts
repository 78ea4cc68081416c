import type { LiveFrame, LiveSpot } from './liveFrame'

export interface LivePerson { id: string; name: string; unit: string; area: string }
export interface LiveNames { people?: Record<string, LivePerson>; grids?: Record<string, string> }

/** What the position stream has told so far. Whoever is gone leaves nothing behind. */
export class LiveStore {
  readonly by = new Map<number, LiveSpot>()
  readonly people = new Map<number, LivePerson>()
  readonly grids = new Map<number, string>()
  epoch = 0
  change = 0
  /** How far the clock of the server is ahead of this one, in milliseconds. */
  ahead = 0

  take(frame: LiveFrame): void {
    if (frame.whole) this.by.clear()
    this.epoch = frame.epoch
    this.change = frame.change
    this.ahead = frame.now - Date.now()
    for (const slot of frame.gone) {
      this.by.delete(slot)
      this.people.delete(slot)
    }
    for (const spot of frame.spots) this.by.set(spot.slot, spot)
    if (frame.whole) for (const slot of this.people.keys()) if (!this.by.has(slot)) this.people.delete(slot)
  }

  /** Names come before the frame that needs them. */
  name(names: LiveNames): void {
    for (const [slot, person] of Object.entries(names.people ?? {})) this.people.set(Number(slot), person)
    for (const [n, place] of Object.entries(names.grids ?? {})) this.grids.set(Number(n), place)
  }
}
