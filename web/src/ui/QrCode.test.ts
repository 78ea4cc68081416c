// @vitest-environment jsdom
import { mount } from '@vue/test-utils'
import jsQR from 'jsqr'
import { expect, it } from 'vitest'
import QrCode from './QrCode.vue'

/** What a decoder of somebody else reads in the picture, drawn with four pixels a unit. */
function read(path: string, units: number): string | undefined {
  const side = units * 4
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255)
  for (const [, x, y] of path.matchAll(/M(\d+) (\d+)h1v1h-1z/g))
    for (let dy = 0; dy < 4; dy++) for (let dx = 0; dx < 4; dx++) { const at = ((Number(y) * 4 + dy) * side + Number(x) * 4 + dx) * 4; pixels.fill(0, at, at + 3) }
  return jsQR(pixels, side, side)?.data
}

it('an authenticator reads the address of a second factor from the picture', () => {
  const text = 'otpauth://totp/yiwang:chen.xl?algorithm=SHA1&digits=6&issuer=yiwang&period=30&secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
  const picture = mount(QrCode, { props: { text, label: '二维码' } })
  const units = Number(picture.find('svg').attributes('viewBox')!.split(' ')[2])
  expect(read(picture.find('path').attributes('d')!, units)).toBe(text)
  expect(picture.find('svg').attributes('aria-label')).toBe('二维码')
})

it('what is too long for a picture leaves none', () => {
  expect(mount(QrCode, { props: { text: 'x'.repeat(700), label: '二维码' } }).find('svg').exists()).toBe(false)
})
