import { t } from '@/kit/i18n'
import type { IconName } from '@/ui/icons'

interface ActionWords { name: string; icon: IconName; hint?: string }

/** What an action is called and what happens when it is taken. */
const all = (): Record<string, ActionWords> => ({
  report: { name: t('登记'), icon: 'inbox' },
  inspect: { name: t('派人核实'), icon: 'eye', hint: t('网格员到现场看过再决定受不受理；不指定人时，本网格的网格员都能接。') },
  confirm: { name: t('核实属实'), icon: 'ok' },
  refute: { name: t('核实不属实'), icon: 'x', hint: t('退回受理环节，由指挥中心决定。') },
  accept: { name: t('受理'), icon: 'check' },
  reject: { name: t('不予受理'), icon: 'reject', hint: t('反映人会收到答复，30 天内可以申诉。') },
  appeal: { name: t('申诉'), icon: 'flag' },
  self_handle: { name: t('自行处置'), icon: 'wrench', hint: t('小事当场办结，不再派遣；会按 5% 随机抽查。') },
  file: { name: t('立案'), icon: 'file', hint: t('从立案起计算承诺时限。') },
  dispatch: { name: t('派遣'), icon: 'send' },
  recall: { name: t('撤回派遣'), icon: 'undo' },
  sign: { name: t('签收'), icon: 'sign', hint: t('签收后 4 个工作时内仍可退单一次。') },
  return: { name: t('退单'), icon: 'undo', hint: t('每个单位只能退单一次；第二次退单自动转联合研判。接手单位签收前，原单位继续负责临时措施。') },
  adjudicate: { name: t('研判裁定'), icon: 'role', hint: t('裁定后不能再退单，处置时限恢复计时。') },
  start: { name: t('开始处置'), icon: 'wrench' },
  handle: { name: t('处置完成'), icon: 'check', hint: t('交由别的单位核查，通过后才能结案。') },
  ask_extension: { name: t('申请延期'), icon: 'calendar', hint: t('到期前只能申请一次，不超过原时限。') },
  extend: { name: t('同意延期'), icon: 'calendar', hint: t('新的期限会告知反映人。') },
  ask_suspension: { name: t('申请挂账'), icon: 'pause', hint: t('挂账后暂停计时，每 15 天复核一次，名单公开。') },
  suspend: { name: t('同意挂账'), icon: 'pause', hint: t('连续两次没有复核会自动恢复计时。') },
  refuse_request: { name: t('不同意'), icon: 'reject' },
  review: { name: t('挂账复核'), icon: 'eye', hint: t('说明现在进展到哪一步；15 天后再复核。') },
  resume: { name: t('恢复处置'), icon: 'refresh', hint: t('接着剩下的时间继续计时。') },
  ask_reporter: { name: t('请反映人补充'), icon: 'ask', hint: t('问题会发给反映人；等待期间暂停计时，5 个工作日没有答复自动恢复，最多两次。') },
  go_on: { name: t('继续处置'), icon: 'refresh', hint: t('不再等补充，接着剩下的时间计时。') },
  supplement: { name: t('补充材料'), icon: 'text' },
  verify: { name: t('核查通过'), icon: 'ok', hint: t('办理的人和单位不能核查自己；不到现场的核查必定抽查。') },
  rework: { name: t('退回返工'), icon: 'undo', hint: t('两次返工按虚假办结记录。') },
  close: { name: t('结案'), icon: 'done', hint: t('答复会发给每一位反映人。') },
  revisit: { name: t('回访'), icon: 'speak' },
  archive: { name: t('归档'), icon: 'inbox' },
  answer: { name: t('评价'), icon: 'speak' },
  reopen: { name: t('重新办理'), icon: 'refresh', hint: t('退回原承办单位；第二次起由上一级决定。') },
  complain: { name: t('没有解决'), icon: 'flag' },
  audit: { name: t('抽查'), icon: 'shield' },
  whistle: { name: t('吹哨'), icon: 'volume' },
  urge: { name: t('催办'), icon: 'bell' },
  supervise: { name: t('督办'), icon: 'flag', hint: t('承办单位要在期限前答复；到期没有答复，您和承办单位都会收到提醒。') },
  answer_supervision: { name: t('答复督办'), icon: 'speak', hint: t('说明办到哪一步、什么时候办完；督办的人会收到。') },
  lift_supervision: { name: t('解除督办'), icon: 'check', hint: t('上一级提出的督办由上一级解除。') },
  supervision_due: { name: t('督办未按期答复'), icon: 'over' },
  escalate: { name: t('上报上级'), icon: 'up', hint: t('交给上一级，由上一级决定怎么办。') },
  delegate: { name: t('下派'), icon: 'down', hint: t('交给下一级办理。') },
  assign: { name: t('指定网格员'), icon: 'user' },
  correct: { name: t('更正分类与地址'), icon: 'edit' },
  comment: { name: t('留言'), icon: 'text' },
  merge: { name: t('并案'), icon: 'merge', hint: t('并入后一起办理，每一位反映人都会收到结果；随时可以撤销。') },
  unmerge: { name: t('撤销并案'), icon: 'undo', hint: t('恢复到并案之前，接着计时。') },
  interim: { name: t('临时措施'), icon: 'shield', hint: t('先解决问题再说；交接确认前不得撤除。') },
  force_close: { name: t('强制结案'), icon: 'stop', hint: t('不再办理，必定抽查；反映人会收到答复。') },
  void: { name: t('作废'), icon: 'x', hint: t('从各项指标中剔除，留下记录。') },
  lapse: { name: t('超期上报'), icon: 'over' },
  emergency: { name: t('应急响应开始'), icon: 'flag' },
  emergency_end: { name: t('应急响应结束'), icon: 'flag' },
  photo: { name: t('添加照片'), icon: 'camera' },
  merge_in: { name: t('并入同类反映'), icon: 'merge' },
  unmerge_in: { name: t('分开办理'), icon: 'undo' },
  support: { name: t('又有人反映'), icon: 'users' },
  reveal_reporter: { name: t('查看了反映人联系方式'), icon: 'unlock' },
  reveal_photo: { name: t('查看了照片拍摄地'), icon: 'unlock' },
  alarm: { name: t('设备再次告警'), icon: 'warn' },
  call: { name: t('通话'), icon: 'video' },
  call_recording: { name: t('录像存档'), icon: 'video' },
  part_sign: { name: t('协办签收'), icon: 'sign' },
  part_done: { name: t('协办完成'), icon: 'check' },
  part_waive: { name: t('免办协办'), icon: 'x' },
  part_cancel: { name: t('撤销协办'), icon: 'undo' },
})

export const actionName = (action: string, fallback = ''): string => all()[action]?.name ?? (fallback || action)
export const actionIcon = (action: string): IconName => all()[action]?.icon ?? 'circle'
export const actionHint = (action: string): string => all()[action]?.hint ?? ''

/** What pushes a case on from each state, the best first; everything else is under 更多. */
const forward: Record<string, string[]> = {
  reported: ['file', 'accept', 'self_handle', 'inspect'],
  inspecting: ['confirm', 'accept'],
  accepted: ['file', 'self_handle'],
  filed: ['dispatch'],
  returned: ['dispatch'],
  dispatched: ['sign'],
  adjudicating: ['adjudicate'],
  signed: ['start', 'handle'],
  rework: ['start', 'handle'],
  handling: ['handle'],
  suspended: ['review', 'resume'],
  checking: ['verify'],
  checked: ['close'],
  closed: ['revisit'],
  merged: [],
  rejected: [],
}

/** The one action in blue: a request that waits, a check that is due, else what pushes the case on. */
export function primaryOf(c: { state: string; actions: string[]; audit?: string; requests?: { kind: string; state: string }[] }): string | undefined {
  const open = c.requests?.find((r) => r.state === 'open')
  const decide = open && (open.kind === 'extension' ? 'extend' : 'suspend')
  if (decide && c.actions.includes(decide)) return decide
  if (c.audit === 'due' && c.actions.includes('audit')) return 'audit'
  return forward[c.state]?.find((a) => c.actions.includes(a))
}

const groups: string[][] = [
  ['inspect', 'accept', 'confirm', 'refute', 'self_handle', 'file', 'reject'],
  ['dispatch', 'recall', 'sign', 'return', 'adjudicate', 'start', 'handle', 'interim'],
  ['ask_extension', 'ask_suspension', 'extend', 'suspend', 'refuse_request', 'review', 'resume'],
  ['verify', 'rework', 'close', 'revisit', 'reopen', 'audit'],
  ['comment', 'correct', 'assign', 'urge', 'supervise', 'answer_supervision', 'lift_supervision', 'escalate', 'delegate', 'whistle', 'merge', 'unmerge'],
  ['force_close', 'void'],
]

/** The other actions in groups, in the order of the work; deciding on a request needs one that waits. */
export function othersOf(c: { actions: string[]; requests?: { kind: string; state: string }[]; supervised?: boolean; supervisions?: { answered_at?: string; lifted_at?: string }[] }, primary?: string): string[][] {
  const open = c.requests?.find((r) => r.state === 'open')
  const fits = (a: string) => a === 'lift_supervision' ? !!c.supervised : a === 'answer_supervision' ? !!c.supervisions?.some((s) => !s.answered_at && !s.lifted_at) : a === 'extend' ? open?.kind === 'extension' : a === 'suspend' ? open?.kind === 'suspension' : a === 'refuse_request' ? !!open : a === 'ask_extension' || a === 'ask_suspension' ? !open : true
  const known = new Set(groups.flat())
  const rest = c.actions.filter((a) => !known.has(a))
  return [...groups, rest].map((group) => group.filter((a) => a !== primary && c.actions.includes(a) && fits(a))).filter((group) => group.length)
}

/** Actions that end or undo something for good are asked for in red. */
export const isGrave = (action: string): boolean => ['reject', 'force_close', 'void'].includes(action)
