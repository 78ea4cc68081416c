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

const consequences = (): Record<string, string> => ({
  pilot: t('方案还可以改；从现在起收到的都是试点答卷，不计分。'),
  revise: t('回到起草，可以换问卷和指标体系；试点答卷保留。'),
  freeze: t('方案从此固定并写下指纹：权重、问卷、抽样设计、并列规则、奖金都不能再改。'),
  open: t('从现在起邀请码和公开链接可以作答。抽样请在此之前或之后马上做。'),
  close: t('不再收答卷，邀请码和公开链接随即失效；手机里还没送出的也收不进来。可以重新开放。'),
  reopen: t('继续收答卷；已做的核查决定保留。'),
  score: t('按冻结的方案计算。待定的答卷都计入，核查决定在计分后不能再改，除非退回。'),
  review: t('您确认已看过各项成绩、核查决定和剔除前后的差别。'),
  publish: t('居民页面马上看得到，各街道也看得到自己的成绩。'),
  return: t('回到收卷：这次算出的成绩不再使用，可以再核查、再计算。'),
  archive: t('不再变化，只供查阅。'),
})
/** What follows from a step, said before it is taken. */
export const actionHint = (action: string): string => consequences()[action] ?? ''

const groupWords = (): Record<string, string> => ({ elder: t('老年居民'), adult: t('中青年居民'), unit: t('驻区单位'), total: t('全部') })
export const groupName = (group: string): string => groupWords()[group] ?? group

const channelWords = (): Record<string, string> => ({ targeted: t('定向'), online: t('线上') })
export const channelName = (channel: string): string => channelWords()[channel] ?? channel
