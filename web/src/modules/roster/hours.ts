/** Hours of a shift as minutes after midnight and a length; an end before the beginning lies on the next day. */
export const hourOf = (minutes: number) => `${String(Math.floor(minutes / 60) % 24).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`

export function minutesOf(hour: string): number {
  const [h = NaN, m = NaN] = hour.split(':').map(Number)
  return h * 60 + m
}

export const lengthOf = (from: string, to: string) => (minutesOf(to) - minutesOf(from) + 24 * 60 - 1) % (24 * 60) + 1
