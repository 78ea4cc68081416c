import { body, api, send } from '@/kit/http'
import { readTrack, type TrackPoint } from '@/modules/patrol/track'

/** One's own track of a day; nobody is told, no reason is asked. */
export async function ownTrack(me: string, day: string): Promise<TrackPoint[]> {
  const from = new Date(`${day}T00:00:00+08:00`)
  const to = new Date(from.getTime() + 24 * 3600_000)
  const address = new URL(`/api/v1/patrol/tracks/${encodeURIComponent(me)}`, location.origin)
  address.search = new URLSearchParams({ from: from.toISOString(), to: to.toISOString() }).toString()
  const answer = await send(new Request(address))
  return readTrack(new Uint8Array(await answer.arrayBuffer())).filter((p) => p.at >= from.getTime() && p.at < to.getTime())
}

export const ownSessions = () => body(api.GET('/api/v1/patrol/duty'))

/** GPX 1.1 of a track. */
export const gpxOf = (points: TrackPoint[]): string =>
  '<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1" creator="yiwang" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>\n' +
  points.map((p) => `<trkpt lat="${p.lat}" lon="${p.lon}"><time>${new Date(p.at).toISOString()}</time></trkpt>`).join('\n') + '\n</trkseg></trk></gpx>\n'

/** Saves words as a file. */
export function save(name: string, words: string, type: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([words], { type }))
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
