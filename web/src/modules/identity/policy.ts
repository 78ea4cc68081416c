import type { components } from '@/api/schema'
import { t } from '@/kit/i18n'

export type Policy = components['schemas']['IdentityCurrentPolicy']
type Numbers = Exclude<keyof Policy, 'one_session' | 'privileged_totp' | 'version' | '$schema'>

/** One number of the policy: what it means, its unit and the bounds the server keeps. */
export interface Rule { key: Numbers; label: string; unit: string; hint: string; low: number; high: number }

/** The rules in the groups people think in. */
export const ruleGroups = (): { title: string; rules: Rule[] }[] => [
  { title: t('密码'), rules: [
    { key: 'min_length', label: t('最短长度'), unit: t('位'), hint: t('新设的密码至少这么长。'), low: 8, high: 64 },
    { key: 'classes', label: t('字符种类'), unit: t('种'), hint: t('小写、大写、数字、其他符号，至少用到几种。'), low: 2, high: 4 },
    { key: 'history', label: t('不得重复'), unit: t('次'), hint: t('不能用回最近这么多次用过的密码；0 为不限。'), low: 0, high: 24 },
    { key: 'max_age_days', label: t('有效期'), unit: t('天'), hint: t('到期必须更换才能继续；0 为不到期。'), low: 0, high: 365 },
  ] },
  { title: t('登录失败'), rules: [
    { key: 'lock_failures', label: t('连续输错'), unit: t('次'), hint: t('连续输错这么多次，账号暂时锁定。'), low: 3, high: 10 },
    { key: 'lock_minutes', label: t('锁定时长'), unit: t('分钟'), hint: t('过了这段时间自动解开；安全管理员可以提前解锁。'), low: 5, high: 1440 },
  ] },
  { title: t('登录状态'), rules: [
    { key: 'idle_minutes', label: t('无操作退出'), unit: t('分钟'), hint: t('这么久没有操作，要重新登录。'), low: 5, high: 120 },
    { key: 'absolute_hours', label: t('最长登录'), unit: t('小时'), hint: t('不管有没有操作，到时都要重新登录。'), low: 1, high: 24 },
  ] },
]

export const switches = (): { key: 'one_session' | 'privileged_totp'; label: string; hint: string }[] => [
  { key: 'one_session', label: t('同一账号只留一处登录'), hint: t('在别处登录，先前的登录就退出。') },
  { key: 'privileged_totp', label: t('要紧的角色须两步验证'), hint: t('标了“须两步验证”的角色，登录时除密码外还要手机上的六位数字。') },
]

/** Whether the number is a whole one within its bounds. */
export const within = (rule: Rule, value: unknown): boolean => Number.isInteger(value) && (value as number) >= rule.low && (value as number) <= rule.high
