import { t } from '@/kit/i18n'
import type { Tone } from '@/ui/status'

const topicWords = (): Record<string, string> => ({
  'case.registered': t('事件登记'), 'case.moved': t('事件每一步'), 'case.closed': t('事件办结'), 'clock.warned': t('临近到期'), 'clock.overdue': t('超期'), ping: t('测试'),
})
export const topics = ['case.registered', 'case.moved', 'case.closed', 'clock.warned', 'clock.overdue'] as const
export const topicName = (topic: string): string => topicWords()[topic] ?? topic

const channelWords = (): Record<string, string> => ({ hotline: t('12345 热线'), resident: t('居民'), letter: t('信访'), department: t('部门移交'), device: t('物联设备'), inspection: t('检查督查') })
export const partnerChannels = ['hotline', 'resident', 'letter', 'department', 'device', 'inspection'] as const
export const partnerChannel = (channel: string): string => channelWords()[channel] ?? channel

const stateWords = (): Record<string, [string, Tone]> => ({ queued: [t('等待发送'), 'pause'], sending: [t('正在发送'), 'info'], delivered: [t('已送达'), 'ok'], failed: [t('发送失败'), 'over'] })
export const deliveryStates = ['queued', 'delivered', 'failed'] as const
export const deliveryState = (state: string): { words: string; tone: Tone } => { const [words, tone] = stateWords()[state] ?? [state, 'pause']; return { words, tone } }

/** Why a delivery did not arrive, as the server says it. */
export function deliveryFault(error: string | undefined): string {
  if (!error) return ''
  if (error.startsWith('status ')) return t('对方回答 {code}', { code: error.slice(7) })
  if (error.startsWith('the address is private')) return t('内网地址，未放行')
  return ({ 'no answer': t('对方无应答'), halted: t('停发期间'), 'the webhook is switched off': t('推送已停用') })[error] ?? error
}
