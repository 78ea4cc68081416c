import { t } from '@/kit/i18n'
import type { Tone } from '@/ui/status'
import type { Sensor, SensorRule } from './api'

/** How a sensor stands, in a word and a tone. */
export function standing(x: Sensor): { tone: Tone; words: string } {
  if (x.state === 'paused') return { tone: 'pause', words: t('已暂停') }
  if (x.state === 'retired') return { tone: 'done', words: t('已停用') }
  if (x.active) return { tone: 'over', words: t('{n}项告警', { n: x.active }) }
  if (x.offline) return { tone: 'warn', words: t('设备离线') }
  if (!x.seen_at) return { tone: 'done', words: t('还没有上报') }
  return x.weak ? { tone: 'warn', words: t('电量不足') } : { tone: 'ok', words: t('运行正常') }
}

export const severityNames = (): Record<string, string> => ({ critical: t('紧急'), major: t('重要'), minor: t('一般'), warning: t('提醒'), info: t('通知') })

/** 高于0.3m，持续2分钟，连续2次 */
export function ruleWords(r: SensorRule, unit: string): string {
  const parts = [r.side === 'above' ? t('高于{v}{unit}', { v: r.threshold, unit }) : t('低于{v}{unit}', { v: r.threshold, unit })]
  if (r.seconds) parts.push(r.seconds < 60 ? t('持续{n}秒', { n: r.seconds }) : t('持续{n}分钟', { n: Math.round(r.seconds / 60) }))
  if (r.times > 1) parts.push(t('连续{n}次', { n: r.times }))
  return parts.join(t('，'))
}
