import { expect, test } from 'vitest'
import { mostBytes, qrCode } from '@/kit/qr'
import { linkOf, ownTracks, type Setup } from './trackerSetup'

const of = (kind: Setup['kind']): Setup => ({ kind, id: '01993a5f7c2b7d64a8f0c1d2e3f4a5b6', token: 'x'.repeat(32), origin: 'https://wangge.gulou.nanjing.example.cn:8443' })

test('the settings of both apps fit in a code', () => {
  for (const kind of ['osmand', 'owntracks'] as const) {
    expect(linkOf(of(kind)).length).toBeLessThanOrEqual(mostBytes)
    expect(qrCode(linkOf(of(kind)))).toBeDefined()
  }
})

test('OwnTracks reads back what was meant, and is quiet until it is told otherwise', () => {
  const inline = new URL(linkOf(of('owntracks')).replace('owntracks:///', 'https://x/')).searchParams.get('inline')!
  expect(JSON.parse(atob(inline))).toEqual(ownTracks(of('owntracks')))
  expect(ownTracks(of('owntracks'))).toMatchObject({ monitoring: -1, cmd: true, remoteConfiguration: true })
})
