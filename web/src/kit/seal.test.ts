import { expect, it } from 'vitest'
import { isSealed, newKey, seal, unseal } from './seal'

const report = { id: 'r1', text: '三号门路灯不亮', shots: [{ ref: 'p1', blob: new Blob(['\u0001photo one'], { type: 'image/jpeg' }) }, { ref: 'p2', blob: new Blob(['photo two']) }], urgent: false }
const bytes = (data: ArrayBuffer) => new TextDecoder('utf-8').decode(data)

it('what was sealed comes back whole, photographs included', async () => {
  const key = await newKey()
  const back = (await unseal<typeof report>(key, 'waiting/r1', await seal(key, 'waiting/r1', report)))!
  expect({ ...back, shots: back.shots.map((s) => s.ref) }).toEqual({ ...report, shots: ['p1', 'p2'] })
  expect(await Promise.all(back.shots.map((s) => s.blob.text()))).toEqual(['\u0001photo one', 'photo two'])
  expect(back.shots.map((s) => s.blob.type)).toEqual(['image/jpeg', ''])
})

it.each([true, 'a word', 7, [], {}, null])('%j comes back', async (value) => {
  const key = await newKey()
  expect(await unseal(key, 'duty/u', await seal(key, 'duty/u', value))).toEqual(value)
})

it('nothing of it can be read on the disk, and sealing twice gives different bytes', async () => {
  const key = await newKey()
  const [one, two] = [await seal(key, 'waiting/r1', report), await seal(key, 'waiting/r1', report)]
  for (const piece of ['路灯', 'photo one', 'shots']) expect(bytes(one.data)).not.toContain(piece)
  expect(bytes(one.data)).not.toBe(bytes(two.data))
  expect([isSealed(one), isSealed(report), isSealed(true)]).toEqual([true, false, false])
})

it('another place, another key or changed bytes open nothing', async () => {
  const key = await newKey()
  const sealed = await seal(key, 'waiting/r1', report)
  expect(await unseal(key, 'waiting/r2', sealed)).toBeUndefined()
  expect(await unseal(await newKey(), 'waiting/r1', sealed)).toBeUndefined()
  const changed = new Uint8Array(sealed.data.slice(0))
  changed[9]! ^= 1
  expect(await unseal(key, 'waiting/r1', { ...sealed, data: changed.buffer })).toBeUndefined()
})

it('the key does not leave the device', async () => {
  await expect(crypto.subtle.exportKey('raw', await newKey())).rejects.toThrow()
})
