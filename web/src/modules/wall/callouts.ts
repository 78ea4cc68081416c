export interface Pinned { x: number; y: number }

/** Room left and right of the area for the names of alarms, in pixels of a wall of 1920. */
export const beside = 150

const apart = 84 // from name to name
const above = { left: 215, right: 50 } // the figure of those on duty stands at the upper left
const below = { left: 50, right: 365 } // the key at the lower right

/** Puts the name of each alarm beside the area, as near to the height of its mark as the others leave room. */
export function park<T extends { here: Pinned }>(alarms: T[], width: number, height: number, unit: number): (T & { side: 'left' | 'right'; park: Pinned })[] {
  return (['left', 'right'] as const).flatMap((side) => {
    const mine = alarms.filter((a) => (a.here.x < width / 2) === (side === 'left')).sort((a, b) => a.here.y - b.here.y)
    const ys = mine.map((a) => Math.max(a.here.y, above[side] * unit))
    for (let i = 1; i < ys.length; i++) ys[i] = Math.max(ys[i]!, ys[i - 1]! + apart * unit)
    for (let i = ys.length - 1, lowest = height - below[side] * unit; i >= 0; lowest = ys[i]! - apart * unit, i--) ys[i] = Math.min(ys[i]!, lowest)
    const x = (side === 'left' ? beside : width / unit - beside) * unit
    return mine.map((a, i) => ({ ...a, side, park: { x, y: ys[i]! } }))
  })
}
