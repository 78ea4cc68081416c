import { clock } from '@/kit/format'
import { t } from '@/kit/i18n'
import type { Tone } from '@/ui/status'
import type { Finding, Reason } from './api'

/** A reason in a sentence, with the figures it rests on. */
export function reasonWords(r: Reason): string {
  switch (r.code) {
    case 'mock': return t('手机系统标出{p}%的位置由应用模拟', { p: Math.round(r.value * 100) })
    case 'teleport': return t('{n}次瞬间跳到远处并停在那里，最快每秒{v}米', { n: r.count, v: Math.round(r.value) })
    case 'constant': return t('走动中连续{n}个点的精度和速度完全不变', { n: r.count })
    case 'still': return t('整段都停在几个点上，连续{n}个点没有正常的抖动（偏差{v}米）', { n: r.count, v: r.value.toFixed(2) })
    case 'white': return t('静止时连续{n}个点各自乱跳、前后无关，像是人为加的噪声', { n: r.count })
    case 'regular': return t('连续{n}步的步长几乎相同，人走不出来', { n: r.count })
    case 'repeated': return t('与以前一次上岗的路线几乎重合，平均只差{v}米', { v: r.value.toFixed(1) })
    case 'too_exact': return t('{n}个点都落在整数坐标上，像是手工输入', { n: r.count })
  }
}
export const reasonTime = (r: Reason): string => `${clock(new Date(r.from))}–${clock(new Date(r.to))}`

export const states = (): { value: Finding['state']; label: string; tone: Tone }[] => [
  { value: 'open', label: t('待人工核定'), tone: 'warn' },
  { value: 'genuine', label: t('核定：可信'), tone: 'done' },
  { value: 'doubtful', label: t('核定：存疑'), tone: 'over' },
]
export const stateOf = (f: Finding) => states().find((s) => s.value === f.state)!
