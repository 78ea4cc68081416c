import { t } from '@/kit/i18n'
import type { Definition, FenceEvent } from './api'

export const kindName = (kind: Definition['kind']): string => ({ circle: t('圆形范围'), polygon: t('绘制范围'), area: t('网格或社区'), own: t('本人责任区'), contact: t('失联') })[kind]
export const eventName = (e: FenceEvent): string => ({ enter: t('进入'), leave: t('离开'), cross: t('穿过'), dwell: t('停留超时'), away: t('离开超时'), back: t('返回'), lost: t('失联'), found: t('恢复联系') })[e.kind]

/** What a fence watches, in one sentence. */
export function watches(d: Definition): string {
  if (d.kind === 'contact') return t('{n}分钟没有位置', { n: d.contact_minutes ?? 0 })
  return [d.enter && t('进入'), d.leave && t('离开'), d.dwell_minutes && t('停留{n}分钟', { n: d.dwell_minutes }), d.away_minutes && t('离开{n}分钟', { n: d.away_minutes })].filter(Boolean).join(' · ')
}
export const hours = (d: Definition): string => (d.from && d.until ? `${d.from}–${d.until}` : t('全天'))
