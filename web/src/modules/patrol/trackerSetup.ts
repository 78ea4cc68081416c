/** How a tracker app is told where to send and who it is: the settings of each app as a link of its own, to scan or to touch. */
export type TrackerKind = 'osmand' | 'owntracks'

export interface Setup { kind: TrackerKind; id: string; token: string; origin: string }

export const addressOf = ({ kind, token, origin }: Setup) => kind === 'osmand' ? `${origin}/ingest/osmand/${token}` : `${origin}/ingest/owntracks`

/** OwnTracks is quiet until duty begins, and heeds what it is told when duty begins and ends. */
export const ownTracks = (of: Setup) => ({ _type: 'configuration', mode: 3, url: addressOf(of), auth: true, username: of.id, password: of.token, deviceId: 'yiwang', tid: of.id.slice(-2),
  monitoring: -1, cmd: true, remoteConfiguration: true, locatorInterval: 10, moveModeLocatorInterval: 10, locatorDisplacement: 10 })

const base64 = (text: string) => btoa(String.fromCharCode(...new TextEncoder().encode(text)))

export const linkOf = (of: Setup) => of.kind === 'osmand'
  ? `org.traccar.client://config?url=${encodeURIComponent(addressOf(of))}&interval=10&distance=0&accuracy=high&buffer=true&stop_detection=false`
  : `owntracks:///config?inline=${encodeURIComponent(base64(JSON.stringify(ownTracks(of))))}`
