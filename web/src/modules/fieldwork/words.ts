import { t } from '@/kit/i18n'

const groupWords = (): Record<string, string> => ({ elder: t('老年居民'), adult: t('中青年居民'), unit: t('驻区单位') })
export const groupName = (group: string): string => groupWords()[group] ?? group

const modeWords = (): Record<string, string> => ({ visit: t('入户'), phone: t('电话'), paper: t('纸质'), web: t('网页') })
export const modeName = (mode: string): string => modeWords()[mode] ?? mode

const wayWords = (): Record<string, string> => ({ letter: t('寄信'), visit: t('上门'), phone: t('电话') })
export const wayName = (way: string): string => wayWords()[way] ?? way

export const groups = ['elder', 'adult', 'unit'] as const

const outcomeWords = (): Record<string, string> => ({
  '1.1': t('已完成'), '1.2': t('答了一部分'), '2.11': t('拒绝'), '2.12': t('中途拒绝'), '2.20': t('有人住，人不在'), '2.21': t('约了时间'), '2.31': t('已去世'), '2.32': t('身体不便'),
  '2.33': t('语言不通'), '3.11': t('尚未联系'), '3.17': t('进不去'), '3.19': t('没人应'), '3.21': t('见到人，没问清'), '4.10': t('不在本区'), '4.50': t('不是住宅'), '4.60': t('空房'), '4.70': t('没有符合的人'),
})
/** An AAPOR outcome as interviewers say it. */
export const outcomeName = (code: string): string => outcomeWords()[code] ?? code

const hintWords = (): Record<string, string> => ({
  '1.1': t('问卷已提交'),
  '1.2': t('中途停止，主要题目已答'),
  '2.21': t('说好再来或再打的时间'),
  '3.19': t('敲门没人应，或电话没人接'),
  '2.20': t('邻居证实有人住，或家人说本人不在'),
  '3.21': t('有人应门，没问清家里有没有符合条件的人'),
  '2.11': t('本人或家人明确不愿意'),
  '2.12': t('开始后很快不愿继续'),
  '2.32': t('生病、失能、住院，本期内不能作答'),
  '2.33': t('听不懂，又没有人能帮忙'),
  '2.31': t('抽中的人已去世'),
  '3.17': t('门禁、围挡，或去了有危险'),
  '4.10': t('地址不在测评范围内'),
  '4.50': t('办公、仓库，或已拆除'),
  '4.60': t('证实没有人住'),
  '4.70': t('家里没有这个年龄段的常住人员'),
  '3.11': t('寄出信件后没有回音，也没有上门'),
})
/** What an AAPOR outcome means in detail. */
export const outcomeHint = (code: string): string => hintWords()[code] ?? ''

const rateWords = (): Record<string, string> => ({
  RR1: t('应答率1（最严）'),
  RR2: t('应答率2（含部分完成）'),
  RR3: t('应答率3（估计合格）'),
  RR4: t('应答率4（估计合格，含部分完成）'),
  RR5: t('应答率5（不计资格不明）'),
  RR6: t('应答率6（不计资格不明，含部分完成）'),
  COOP1: t('合作率1'),
  COOP2: t('合作率2（含部分完成）'),
  COOP3: t('合作率3（不计不能作答）'),
  COOP4: t('合作率4（不计不能作答，含部分完成）'),
  REF1: t('拒访率1'),
  REF2: t('拒访率2（估计合格）'),
  REF3: t('拒访率3（不计资格不明）'),
  CON1: t('接触率1'),
  CON2: t('接触率2（估计合格）'),
  CON3: t('接触率3（不计资格不明）'),
})
/** An AAPOR rate in words. */
export const rateName = (code: string): string => rateWords()[code] ?? code
