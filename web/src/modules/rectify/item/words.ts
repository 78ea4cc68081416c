import { t } from '@/kit/i18n'

export const suspensionGrounds = (): { value: string; label: string }[] => [
  { value: 'funds', label: t('需资金立项') }, { value: 'planning', label: t('需上级规划') }, { value: 'weather', label: t('恶劣天气') }, { value: 'court', label: t('司法程序') }, { value: 'owner_lost', label: t('产权人失联') },
]
export const suspensionGround = (ground: string): string => suspensionGrounds().find((g) => g.value === ground)?.label ?? ground

export const levels = (): { value: number; label: string }[] => [{ value: 1, label: t('一级：催办') }, { value: 2, label: t('二级：督办单') }, { value: 3, label: t('三级：区领导督办') }]
export const levelName = (level: number): string => levels().find((l) => l.value === level)?.label ?? String(level)

const clockWords = (): Record<string, string> => ({ handle: t('整改'), adjudicate: t('联合研判'), review: t('挂账复核'), supervise: t('答复督办') })
export const clockName = (kind: string): string => clockWords()[kind] ?? kind

const dutyWords = (): Record<string, string> => ({ ...clockWords(), handle: t('办理整改'), milestone: t('计划节点'), request: t('审批申请'), verify: t('现场核查') })
export const waitingName = (kind: string): string => dutyWords()[kind] ?? kind

export const requestName = (kind: string): string => (kind === 'extension' ? t('申请延期') : t('申请挂账'))
const requestStates = (): Record<string, string> => ({ open: t('待审批'), approved: t('已同意'), refused: t('未同意'), ended: t('已结束') })
export const requestState = (state: string): string => requestStates()[state] ?? state

const endings = (): Record<string, string> => ({ raised: t('升级'), verified: t('核查通过'), issued: t('改派') })
export const endingName = (ending: string): string => endings()[ending] ?? ending

export const verdicts = (): { value: 'solved' | 'partly' | 'unsolved'; label: string }[] => [{ value: 'solved', label: t('解决了') }, { value: 'partly', label: t('部分解决') }, { value: 'unsolved', label: t('没有解决') }]
export const verdictName = (verdict: string): string => verdicts().find((v) => v.value === verdict)?.label ?? verdict

const stands = (): Record<string, string> => ({ none: t('没有邀请'), waiting: t('等居民评判，暂不能核查通过'), agreed: t('居民认可，可以核查通过'), refused: t('多数居民说没解决，须返工'), expired: t('邀请到期，由核查员决定') })
export const standName = (stand: string): string => stands()[stand] ?? stand

export const yuan = (amount: number): string => (amount >= 10_000 ? t('{n} 万元', { n: String(Math.round(amount / 100) / 100) }) : t('{n} 元', { n: String(amount) }))
