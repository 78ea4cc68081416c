import { t } from '@/kit/i18n'
import type { QuestionType } from '../model'

export const groupName = (group: string): string => ({ elder: t('老年居民'), adult: t('中青年居民'), unit: t('驻区单位') })[group] ?? group

export const questionTypes: QuestionType[] = ['scale5', 'single', 'multi', 'ranking', 'nps', 'number', 'text', 'photo', 'multi_category', 'phone', 'demographics', 'note']

export const typeName = (type: QuestionType): string => ({
  scale5: t('五级量表'), single: t('单选'), multi: t('多选'), ranking: t('排序'), nps: t('推荐度 0–10'), number: t('数字'), text: t('文字'),
  photo: t('照片'), multi_category: t('反向领域'), phone: t('电话'), demographics: t('基本信息'), note: t('说明文字'),
})[type]

export const roleName = (role: string): string => ({ '': t('一般题目'), attention: t('注意力题'), integrity: t('诚信题'), progress: t('进步题'), overall: t('总体题') })[role] ?? role

export const roleHint = (role: string): string => ({
  '': '', attention: t('要求选指定的一项，用来发现没有看题就点的答卷。'), integrity: t('问有没有人教怎么填，按社区统计。'),
  progress: t('和上一期比，计入进步指数，不计入总分。'), overall: t('总的满意度，和成绩并列公布，不计分。'),
})[role] ?? ''

export const kindName = (kind: string): string => ({ added: t('新增'), removed: t('删除'), changed: t('修改'), moved: t('换了位置') })[kind] ?? kind

/** The key of a changed part in words. */
export function fieldName(field: string): string {
  if (field.startsWith('en.')) return t('{field}的英文', { field: fieldName(field.slice(3)) })
  return ({
    name: t('名称'), target: t('问谁'), intro: t('开头的话'), title: t('标题'), text: t('题目'), hint: t('小字说明'), type: t('题型'), options: t('选项'),
    show: t('显示条件'), section: t('所在的节'), shuffle: t('随机排列'), optional: t('可不答'), na: t('“不了解”'), indicator: t('对应指标'), role: t('用途'),
    expect: t('应选答案'), channels: t('在哪里问'), exclusive: t('单独选的项'), min: t('最少'), max: t('最多'), low: t('最小'), high: t('最大'), whole: t('只填整数'),
    max_len: t('最多几个字'), fields: t('要问的项目'), note: t('备注'), source: t('选项来源'),
  } as Record<string, string>)[field] ?? field
}
