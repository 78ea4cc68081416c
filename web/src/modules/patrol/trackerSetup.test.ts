import { expect, test } from 'vitest'
import { mostBytes, qrCode } from '@/kit/qr'
import { addressOf, brokerOf, fileOf, linkOf, ownTracks, type Setup } from './trackerSetup'

const of = (kind: Setup['kind'], mqtt?: string): Setup => ({ kind, id: '01993a5f7c2b7d64a8f0c1d2e3f4a5b6', token: 'x'.repeat(32), origin: 'https://wangge.gulou.nanjing.example.cn:8443', mqtt })
const ways = [of('osmand'), of('owntracks'), of('owntracks', 'mqtts://mqtt.gulou.nanjing.example.cn:8883'), of('owntracks', 'mqtt://:1883')]

test('the settings of every app and way fit in a code', () => {
  for (const setup of ways) {
    expect(linkOf(setup).length).toBeLessThanOrEqual(mostBytes)
    expect(qrCode(linkOf(setup))).toBeDefined()
  }
})

test('OwnTracks reads back what was meant, from code and file, and is quiet until it is told otherwise', () => {
  for (const setup of ways.slice(1)) {
    const inline = new URL(linkOf(setup).replace('owntracks:///', 'https://x/')).searchParams.get('inline')!
    expect(JSON.parse(atob(inline))).toEqual(ownTracks(setup))
    expect(JSON.parse(fileOf(setup))).toEqual(ownTracks(setup))
    expect(ownTracks(setup)).toMatchObject({ monitoring: -1, cmd: true, remoteConfiguration: true, username: setup.id, password: setup.token })
  }
})

test('over MQTT it asks for its own commands alone, with TLS where that is spoken, at the host of the pages where none is named', () => {
  expect(ownTracks(of('owntracks', 'mqtts://mqtt.example.cn:8883'))).toMatchObject({ mode: 0, host: 'mqtt.example.cn', port: 8883, tls: true, pubTopicBase: 'owntracks/%u/%d', sub: true, subTopic: `owntracks/${of('owntracks').id}/yw/cmd` })
  expect(ownTracks(of('owntracks', 'mqtt://:1883'))).toMatchObject({ mode: 0, host: 'wangge.gulou.nanjing.example.cn', port: 1883, tls: false })
  expect(brokerOf('mqtts://[2001:db8::1]', 'https://x')).toEqual({ host: '2001:db8::1', port: 8883, tls: true, name: 'mqtts://[2001:db8::1]:8883' })
  expect(addressOf(of('owntracks', 'mqtt://:1883'))).toBe('mqtt://wangge.gulou.nanjing.example.cn:1883')
})

test("Traccar's app sends every ten seconds, not every thirty, which is its own least", () => {
  expect(Object.fromEntries(new URL(linkOf(of('osmand')).replace('org.traccar.client://', 'https://')).searchParams)).toMatchObject({ url: addressOf(of('osmand')), interval: '10', fastest_interval: '10', stop_detection: 'false' })
})
