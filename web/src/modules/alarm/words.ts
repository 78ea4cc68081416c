import { t } from '@/kit/i18n'
import type { IconName } from '@/ui/icons'
import type { Tone } from '@/ui/status'
import type { Alarm, AlarmStep, Severity } from './api'

export const severities = (): { value: Severity; label: string; tone: Tone; icon: IconName }[] => [
  { value: 'critical', label: t('特急'), tone: 'over', icon: 'over' },
  { value: 'major', label: t('重要'), tone: 'over', icon: 'warn' },
  { value: 'minor', label: t('一般告警'), tone: 'warn', icon: 'warn' },
  { value: 'warning', label: t('提醒'), tone: 'warn', icon: 'bell' },
  { value: 'info', label: t('仅供参考'), tone: 'info', icon: 'info' },
]
export const severity = (v: Severity) => severities().find((s) => s.value === v)!

export const sources = (): { value: string; label: string }[] => [
  { value: 'sos', label: t('人员求助') },
  { value: 'patrol', label: t('在岗') },
  { value: 'fence', label: t('电子围栏') },
  { value: 'sensor', label: t('感知设备') },
  { value: 'camera', label: t('视频设备') },
]
export const sourceWords = (source: string): string => sources().find((s) => s.value === source)?.label ?? source

/** What the desk has to do with it, in one word. */
export function stateOf(a: Alarm): { tone: Tone; words: string; icon: IconName } {
  if (a.cleared_at) return { tone: 'done', words: a.cleared_by ? t('人工解除') : t('已恢复'), icon: 'done' }
  return a.acked_at ? { tone: 'pause', words: t('有人在处理'), icon: 'eye' } : { tone: 'over', words: t('没有人确认'), icon: 'bell' }
}

export const stepWords = (s: AlarmStep): string =>
  ({ raised: t('发生'), escalated: t('级别升高'), acknowledged: t('确认'), noted: t('补充说明'), cleared: s.by_name ? t('人工解除') : t('自行恢复'), case: t('转为事件 {number}', { number: s.note ?? '' }) })[s.action]
