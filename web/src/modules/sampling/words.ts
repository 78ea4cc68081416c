import { t } from '@/kit/i18n'
import type { Tone } from '@/ui/status'

const allocations = (): Record<string, string> => ({
  equal: t('各街道相同（便于比较街道）'), proportional: t('按户数（便于全区平均）'), power: t('按户数的方根（折中）'), neyman: t('按户数和差异（Neyman）'), optimum: t('整数最优（Wright）'),
})
export const allocationName = (name: string): string => allocations()[name] ?? name

const clusters = (): Record<string, string> => ({ '': t('直接抽户，铺满每个社区'), community: t('先抽社区，再抽户'), grid: t('先抽网格，再抽户') })
export const clusterName = (name: string): string => clusters()[name] ?? name

const withins = (): Record<string, string> => ({ last_birthday: t('上一个过生日的人'), kish: t('按选人表（Kish）') })
export const withinName = (name: string): string => withins()[name] ?? name

const frameKinds = (): Record<string, string> => ({ household: t('住户'), unit: t('单位') })
export const frameKindName = (kind: string): string => frameKinds()[kind] ?? kind

const frameStates = (): Record<string, string> => ({ open: t('未封存'), closed: t('已封存'), dropped: t('已作废') })
export const frameStateName = (state: string): string => frameStates()[state] ?? state
export const frameTone = (state: string): Tone => (state === 'closed' ? 'ok' : state === 'open' ? 'warn' : 'pause')

const invitationStates = (): Record<string, string> => ({ reserve: t('备用'), open: t('待作答'), spent: t('已作答'), replaced: t('已替换') })
export const invitationStateName = (state: string): string => invitationStates()[state] ?? state
export const invitationTone = (state: string): Tone => ({ open: 'info', spent: 'ok', replaced: 'pause' } as Record<string, Tone>)[state] ?? 'done'

const checks = (): Record<string, [string, string]> => ({
  seed: [t('种子与抽样前公布的摘要一致'), t('种子与抽样前公布的摘要不一致')],
  plan: [t('冻结的方案未变，写有同一种子摘要和名册指纹'), t('冻结的方案与抽样记录不符')],
  frames: [t('名册与封存时一模一样'), t('名册在封存后被改动')],
  list: [t('重抽得到同一份名单'), t('重抽得到另一份名单')],
  rows: [t('库中每一行都与抽中的一致'), t('库中有行与抽中的不一致')],
})
export const checkWords = (name: string, good: boolean): string => checks()[name]?.[good ? 0 : 1] ?? name
