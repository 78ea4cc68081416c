import type { Item } from '@/api/types'
import { moment, workTime } from '@/kit/format'
import { t } from '@/kit/i18n'
import type { IconName } from '@/ui/icons'
import type { Tone } from '@/ui/status'

const stateWords = (): Record<string, string> => ({
  draft: t('待定责'), confirmed: t('待下发'), issued: t('待答复'), returned: t('被退回'), adjudicating: t('联合研判'), suspended: t('已挂账'), answered: t('已答复'), doing: t('整改中'),
  rework: t('返工'), done: t('待核查'), verified: t('核查通过'), told: t('已告知'), published: t('已公示'), withdrawn: t('已撤销'),
})
export const itemStates = ['draft', 'confirmed', 'issued', 'returned', 'adjudicating', 'answered', 'doing', 'suspended', 'rework', 'done', 'verified', 'told', 'published'] as const
export const stateName = (state: string): string => stateWords()[state] ?? state

const actionWords = (): Record<string, string> => ({
  confirm: t('确认责任单位'), issue: t('下发'), answer: t('提交答复'), return: t('退回并说明理由'), start: t('开始整改'), done: t('报整改完成'), verify: t('核查通过'),
  rework: t('退回返工'), tell: t('告知反映人'), publish: t('公示'), withdraw: t('撤销'), supervise: t('督办'), merge: t('并入意见'), unmerge: t('移出意见'), amend: t('修改'), evidence: t('上传照片'),
  adjudicate: t('联合研判'), ask_extension: t('申请延期'), ask_suspension: t('申请挂账'), extend: t('同意延期'), suspend: t('同意挂账'), refuse: t('不同意'), review: t('复核挂账'), resume: t('恢复计时'),
  reply: t('答复督办'), lift: t('解除督办'), plan: t('整改计划'), milestone: t('完成节点'), report: t('报进展'), link: t('关联事件'), unlink: t('取消关联'), ready: t('关联事件均已办结'), invite: t('邀请居民评判'), overdue: t('时限已到'),
  submit: t('公示页提交发布'), take_back: t('收回公示页'), retract: t('撤下公示页'), doubt: t('多数居民说没解决'), recurs: t('认定为再次出现'), reopen: t('居民说没解决，重新立项'),
})
export const actionName = (action: string): string => actionWords()[action] ?? action

const dutyWords = (): Record<string, string> => ({ confirm: t('定责'), issue: t('下发'), answer: t('答复'), start: t('开始整改'), done: t('报完成'), verify: t('核查'), tell: t('告知'), publish: t('公示') })
/** The work that waits, as a short verb; the step itself is decided on the item's page. */
export const dutyName = (action: string): string => dutyWords()[action] ?? actionName(action)

/** Verbs that push the matter on; the rest live under 更多. */
const forward = ['confirm', 'issue', 'adjudicate', 'answer', 'start', 'done', 'verify', 'tell', 'publish']
export const primaryAction = (actions: string[]): string | undefined => forward.find((name) => actions.includes(name))

export const results = (): { value: string; label: string }[] => [
  { value: 'resolved', label: t('已解决') }, { value: 'partly', label: t('部分解决') }, { value: 'explained', label: t('已解释说明') },
  { value: 'not_ours', label: t('不属本级职责') }, { value: 'cannot', label: t('暂时改不了') },
]
export const resultName = (result: string): string => results().find((r) => r.value === result)?.label ?? result

export const grounds = (): { value: string; label: string }[] => [
  { value: 'not_our_duty', label: t('不是本单位职责') }, { value: 'not_our_area', label: t('不在本单位辖区') }, { value: 'beyond_our_power', label: t('超出本单位权限') },
  { value: 'already_handled', label: t('已有同一事项在办') }, { value: 'law_forbids', label: t('法律法规不允许') },
]
export const groundName = (ground: string): string => grounds().find((g) => g.value === ground)?.label ?? ground

const running = ['issued', 'answered', 'doing', 'rework']
const soon = 2 * 24 * 60 * 60 * 1000

/** How an item stands for a reader who has one second: icon, words, tone. */
export function standing(item: Pick<Item, 'state' | 'overdue' | 'due_at' | 'supervised'>, now = Date.now()): { tone: Tone; words: string; icon?: IconName } {
  if (item.overdue) return { tone: 'over', words: t('超期') + '　' + stateName(item.state) }
  if (['returned', 'rework', 'suspended', 'adjudicating'].includes(item.state)) return { tone: 'warn', words: stateName(item.state) }
  if (running.includes(item.state) && item.due_at) {
    const left = new Date(item.due_at).getTime() - now
    if (left < soon) return { tone: 'warn', words: t('{when} 到期', { when: moment(item.due_at) }) }
  }
  if (item.state === 'published' || item.state === 'told' || item.state === 'verified') return { tone: 'done', words: stateName(item.state), icon: 'done' }
  return { tone: 'ok', words: stateName(item.state), icon: item.state === 'draft' || item.state === 'confirmed' ? 'circle' : undefined }
}

/** 7 work_day → 7 个工作日 */
export function limitWords(limit: string): string {
  const [n = '', unit = ''] = limit.split(' ')
  const words: Record<string, string> = { urgent_hour: t('{n} 小时（昼夜连续）', { n }), work_hour: t('{n} 个工作小时', { n }), work_day: t('{n} 个工作日', { n }), calendar_day: t('{n} 个自然日', { n }) }
  return words[unit] ?? limit
}

export const leftWords = (minutes: number): string => (minutes < 0 ? t('超期 {time}', { time: workTime(-minutes) }) : t('剩余 {time}', { time: workTime(minutes) }))
