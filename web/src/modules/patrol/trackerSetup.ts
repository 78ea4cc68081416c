/** How a tracker app is told where to send and who it is: the settings of each app as a link of its own, to scan or to touch. */
export type TrackerKind = 'osmand' | 'owntracks'

/** mqtt is where the program takes MQTT, if the phone shall send that way: mqtt://HOST:PORT or mqtts://HOST:PORT, without a host that of the pages. */
export interface Setup { kind: TrackerKind; id: string; token: string; origin: string; mqtt?: string }

export const addressOf = ({ kind, token, origin, mqtt }: Setup) => kind === 'osmand' ? `${origin}/ingest/osmand/${token}` : mqtt ? brokerOf(mqtt, origin).name : `${origin}/ingest/owntracks`

interface Broker { host: string; port: number; tls: boolean; name: string }

/** Host, port and whether TLS is spoken there. */
export function brokerOf(mqtt: string, origin: string): Broker {
  const [, scheme, named, port] = /^(mqtts?):\/\/(\[[^\]]+\]|[^:/]*)(?::(\d+))?/.exec(mqtt) ?? []
  const tls = scheme === 'mqtts'
  const host = named || new URL(origin).hostname
  const at = Number(port) || (tls ? 8883 : 1883)
  return { host: host.replace(/^\[|\]$/g, ''), port: at, tls, name: `${tls ? 'mqtts' : 'mqtt'}://${host}:${at}` }
}

const device = 'yw' // short: the settings have to fit in a code

/**
 * What is not named keeps the value that the phone had, so the topic is named. OwnTracks is quiet until duty begins, and heeds what it is told when duty begins and ends: over HTTP in answers, over MQTT on the topic it asks for, which is its own alone.
 */
export function ownTracks(of: Setup) {
  const common = { auth: true, username: of.id, password: of.token, deviceId: device, monitoring: -1, cmd: true, remoteConfiguration: true,
    locatorInterval: 10, moveModeLocatorInterval: 10, locatorDisplacement: 10 }
  if (!of.mqtt) return { _type: 'configuration', mode: 3, url: addressOf(of), tid: of.id.slice(-2), ...common }
  const { host, port, tls } = brokerOf(of.mqtt, of.origin)
  return { _type: 'configuration', mode: 0, host, port, tls, mqttProtocolLevel: 4, sub: true, subTopic: `owntracks/${of.id}/${device}/cmd`, pubTopicBase: 'owntracks/%u/%d', ...common }
}

const base64 = (text: string) => btoa(String.fromCharCode(...new TextEncoder().encode(text)))

export const linkOf = (of: Setup) => of.kind === 'osmand'
  ? `org.traccar.client://config?url=${encodeURIComponent(addressOf(of))}&interval=10&fastest_interval=10&distance=0&accuracy=high&buffer=true&stop_detection=false`
  : `owntracks:///config?inline=${encodeURIComponent(base64(JSON.stringify(ownTracks(of))))}`

/** The same settings as a file that OwnTracks opens. */
export const fileOf = (of: Setup) => JSON.stringify(ownTracks(of), null, 2)
