import { t } from '@/kit/i18n'
import type { Tone } from '@/ui/status'

const stateWords = (): Record<string, [string, Tone]> => ({
  queued: [t('等待发送'), 'pause'], sending: [t('正在发送'), 'info'], sent: [t('已发出'), 'ok'], delivered: [t('已送达'), 'ok'], failed: [t('发送失败'), 'over'], suppressed: [t('超过每日上限，未发'), 'warn'],
})
export const messageStates = ['queued', 'sent', 'delivered', 'failed', 'suppressed'] as const
export const messageState = (state: string): { words: string; tone: Tone } => { const [words, tone] = stateWords()[state] ?? [state, 'pause']; return { words, tone } }

const channelWords = (): Record<string, string> => ({ sms: t('短信'), email: t('邮件'), notice: t('站内通知') })
export const channelName = (channel: string): string => channelWords()[channel] ?? channel

const audienceWords = (): Record<string, string> => ({ reporter: t('反映人'), unit: t('承办单位'), desk: t('指挥中心'), superior: t('上一级'), officer: t('网格员') })
export const audienceName = (audience: string): string => audienceWords()[audience] ?? audience

const providerWords = (): Record<string, string> => ({ file: t('写入文件（没有设置通道）'), smtp: t('邮件服务器'), gateway: t('短信网关') })
export const providerName = (provider: string): string => providerWords()[provider] ?? provider

const outcomeWords = (): Record<string, [string, Tone]> => ({ sent: [t('已发出'), 'ok'], delivered: [t('已送达'), 'ok'], refused: [t('被拒绝'), 'over'], failed: [t('失败'), 'warn'], not_delivered: [t('未送达'), 'over'] })
export const tryOutcome = (outcome: string): { words: string; tone: Tone } => { const [words, tone] = outcomeWords()[outcome] ?? [outcome, 'pause']; return { words, tone } }
