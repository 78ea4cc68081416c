import { t } from '@/kit/i18n'
import type { Tone } from '@/ui/status'

const kindWords = (): Record<string, string> => ({ government: t('政府'), department: t('部门'), community: t('社区组织'), enterprise: t('企业') })
export const unitKinds = ['government', 'department', 'community', 'enterprise'] as const
export const unitKind = (kind: string): string => kindWords()[kind] ?? kind

const levelWords = (): Record<string, string> => ({ city: t('市级'), district: t('区级'), vertical: t('垂直管理'), utility: t('公用事业'), street: t('街道'), community: t('社区') })
export const unitLevels = ['city', 'district', 'vertical', 'utility', 'street', 'community'] as const
export const unitLevel = (level: string): string => levelWords()[level] ?? level

const classWords = (): Record<string, string> => ({ business: t('业务'), system: t('系统管理员'), security: t('安全管理员'), audit: t('审计管理员') })
export const roleClass = (name: string): string => classWords()[name] ?? name

const postWords = (): Record<string, [string, Tone]> => ({ requested: [t('待批准'), 'warn'], active: [t('在任'), 'ok'], rejected: [t('未批准'), 'pause'], ended: [t('已结束'), 'done'] })
export const postState = (state: string): { words: string; tone: Tone } => { const [words, tone] = postWords()[state] ?? [state, 'pause']; return { words, tone } }

const signInWords = (): Record<string, [string, Tone]> => ({
  signed_in: [t('登录成功'), 'ok'], signed_out: [t('退出'), 'done'], bad_password: [t('密码错误'), 'warn'], code_required: [t('等待验证码'), 'done'],
  bad_code: [t('验证码错误'), 'warn'], locked_out: [t('已锁定'), 'over'], account_shut: [t('账号停用'), 'over'],
})
export const signInOutcomes = ['signed_in', 'bad_password', 'bad_code', 'locked_out', 'account_shut', 'signed_out'] as const
export const signInResult = (outcome: string): { words: string; tone: Tone } => { const [words, tone] = signInWords()[outcome] ?? [outcome, 'pause']; return { words, tone } }

const permissionWords = (): Record<string, string> => ({
  'region.read': t('看区域与网格'), 'region.manage': t('维护区域与网格'), 'identity.read': t('看单位与账号'), 'identity.manage': t('维护单位与账号'),
  'security.manage': t('批准岗位、维护角色'), 'audit.read': t('看审计日志'), 'survey.read': t('看考评'), 'survey.manage': t('组织考评'), 'survey.import': t('导入答卷'),
  'patrol.duty': t('上岗下岗、发送自己的位置'), 'patrol.live': t('看在岗人员位置'), 'patrol.track': t('查看人员轨迹'), 'patrol.manage': t('管理定位设备、结束上岗'), 'patrol.export': t('申请导出人员轨迹'), 'patrol.approve_export': t('审批轨迹导出'), 'appraisal.read': t('看成绩'), 'appraisal.score': t('计算成绩'), 'appraisal.publish': t('公布成绩'), 'report.read': t('看报告'), 'report.freeze': t('冻结报告'), 'report.data': t('导出答卷数据'), 'rectify.read': t('看整改事项'), 'opinion.code': t('意见归类'), 'rectify.merge': t('合并意见成事项'),
  'rectify.issue': t('下发与督办'), 'rectify.answer': t('答复与退回'), 'rectify.do': t('整改与传照片'), 'rectify.verify': t('核查'), 'rectify.publish': t('告知与公示'),
})
export const permissionName = (permission: string): string => permissionWords()[permission] ?? permission

const moduleWords = (): Record<string, string> => ({ region: t('区域与网格'), identity: t('单位、账号与三员'), survey: t('考评'), appraisal: t('成绩'), rectify: t('整改'), report: t('报告') })
export const moduleName = (module: string): string => moduleWords()[module] ?? module

/** What the server says of a refused password, in words; an unknown reason as it came. */
export function passwordReason(message: string): string {
  const n = message.match(/\d+/)?.[0] ?? ''
  if (message.startsWith('needs at least')) return t('至少要 {n} 位', { n })
  if (message.startsWith('may have at most')) return t('最多 {n} 位', { n })
  if (message.includes('lower case')) return n === '4' ? t('要同时有小写、大写、数字、符号') : t('小写、大写、数字、符号里至少要有 {n} 种', { n })
  if (message === 'was used before') return t('与前几次用过的相同')
  if (message === 'is easy to guess') return t('太容易被猜到')
  if (message.includes("account's name")) return t('不能含账号或姓名')
  return message
}
