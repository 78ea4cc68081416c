import { t } from '@/kit/i18n'
import type { Definition, FenceEvent, Imported } from './api'

export const kindName = (kind: Definition['kind']): string => ({ circle: t('圆形范围'), polygon: t('绘制范围'), area: t('网格或社区'), own: t('本人责任区'), contact: t('失联') })[kind]
export const kindHint = (kind: Definition['kind']): string => ({
  circle: t('一个地点周围多少米'), polygon: t('在地图上画出边界'), area: t('用已有的街道、社区或网格边界'),
  own: t('每人看自己的网格，不用画'), contact: t('上岗后多久没有位置，不用画'),
})[kind]
export const eventKinds = (): { value: FenceEvent['kind']; label: string }[] => [
  { value: 'enter', label: t('进入') }, { value: 'leave', label: t('离开') }, { value: 'cross', label: t('穿过') }, { value: 'dwell', label: t('停留超时') },
  { value: 'away', label: t('离开超时') }, { value: 'back', label: t('返回') }, { value: 'lost', label: t('失联') }, { value: 'found', label: t('恢复联系') },
]
export const eventName = (e: FenceEvent): string => eventKinds().find((k) => k.value === e.kind)!.label
export const weekdays = (): string[] => [t('周一'), t('周二'), t('周三'), t('周四'), t('周五'), t('周六'), t('周日')]

/** What a fence watches, in one sentence. */
export function watches(d: Definition): string {
  if (d.kind === 'contact') return t('{n}分钟没有位置', { n: d.contact_minutes ?? 0 })
  return [d.enter && t('进入'), d.leave && t('离开'), d.dwell_minutes && t('停留{n}分钟', { n: d.dwell_minutes }), d.away_minutes && t('离开{n}分钟', { n: d.away_minutes })].filter(Boolean).join(' · ')
}

/** When it is in force, in one sentence. */
export function hours(d: Definition): string {
  const days = d.days?.length ? d.days.map((n) => weekdays()[n - 1]).join(t('、')) : ''
  const span = d.first_day || d.last_day ? `${d.first_day ?? ''}—${d.last_day ?? ''}` : ''
  return [span, days, d.from && d.until ? `${d.from}–${d.until}` : t('全天')].filter(Boolean).join(' ')
}

/** For whom it is, when it is not for everybody. */
export const whom = (d: Definition): string =>
  [d.units?.length && t('{n}个单位', { n: d.units.length }), d.officers?.length && t('{n}名人员', { n: d.officers.length })].filter(Boolean).join(t('、'))

export const deedWords = (deed: Imported['deed']): string => ({ new: t('新建'), changed: t('形成新版本'), same: t('没有变化'), refused: t('不能导入') })[deed]
