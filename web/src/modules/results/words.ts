import { t } from '@/kit/i18n'
import type { Tone } from '@/ui/status'
import type { Ground } from './api'

export const settlementState = (state: string): string => ({ computed: t('待签署'), settled: t('已生效'), replaced: t('已被更正'), dropped: t('已作废') })[state] ?? state
export const settlementTone = (state: string): Tone => (({ computed: 'warn', settled: 'ok', replaced: 'pause', dropped: 'pause' }) as Record<string, Tone>)[state] ?? 'info'

export const bonusRule = (rule: string): string => ({
  probability: t('按进入前列的概率分配：数据分不清的街道按概率分，概率相近的均分'),
  top_group: t('第一组均分：与末位奖励名次没有显著差别的街道均分'),
  rank: t('按得分名次发放，同时列出数据无法区分的街道'),
})[rule] ?? rule

export const grounds = (): { value: Ground; label: string }[] => [
  { value: 'computation', label: t('计算有误') }, { value: 'data', label: t('数据有误') },
  { value: 'responsibility', label: t('责任归属有误') }, { value: 'procedure', label: t('程序有误') },
]
export const groundName = (ground: string): string => grounds().find((g) => g.value === ground)?.label ?? ground

export const appealState = (state: string): string => ({ open: t('待答复'), upheld: t('支持，已更正'), rejected: t('不支持'), withdrawn: t('已撤回') })[state] ?? state
export const appealTone = (state: string): Tone => (({ open: 'warn', upheld: 'ok', rejected: 'done', withdrawn: 'pause' }) as Record<string, Tone>)[state] ?? 'info'

/** 500,000 as 50万元; odd amounts to the yuan. */
export const yuan = (v: number): string => (v % 10000 === 0 ? t('{n}万元', { n: v / 10000 }) : t('{n}元', { n: v.toLocaleString('en-US') }))
