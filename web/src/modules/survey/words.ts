import { t } from '@/kit/i18n'
import type { Tone } from '@/ui/status'

/** States of a wave in order, with the words people use. */
export const waveStates = ['draft', 'piloting', 'frozen', 'fieldwork', 'closed', 'scored', 'reviewed', 'published', 'archived'] as const

const stateWords = (): Record<string, string> => ({
  draft: t('起草'), piloting: t('试点'), frozen: t('冻结'), fieldwork: t('施测'), closed: t('收卷'),
  scored: t('已计分'), reviewed: t('已复核'), published: t('已公布'), archived: t('归档'),
})

export const stateName = (state: string): string => stateWords()[state] ?? state

const tones: Record<string, Tone> = { fieldwork: 'info', published: 'info', archived: 'done' }
export const stateTone = (state: string): Tone => tones[state] ?? 'pause'

const actionWords = (): Record<string, string> => ({
  pilot: t('开始试点'), revise: t('退回修改'), freeze: t('冻结方案'), open: t('开始施测'), close: t('收卷截止'), reopen: t('重新开放'),
  score: t('计算成绩'), review: t('复核通过'), publish: t('公布成绩'), return: t('退回'), archive: t('归档'),
})
export const actionName = (action: string): string => actionWords()[action] ?? action

const groupWords = (): Record<string, string> => ({ elder: t('老年居民'), adult: t('中青年居民'), unit: t('驻区单位'), total: t('全部') })
export const groupName = (group: string): string => groupWords()[group] ?? group

const channelWords = (): Record<string, string> => ({ targeted: t('定向'), online: t('线上') })
export const channelName = (channel: string): string => channelWords()[channel] ?? channel
