import { t } from '@/kit/i18n'
import type { Step } from './model'

/** The usual steps, so that the scale of a wave speaks English too. */
const steps: Record<string, () => string> = {
  非常满意: () => t('非常满意'), 比较满意: () => t('比较满意'), 一般: () => t('一般'), 不太满意: () => t('不太满意'), 很不满意: () => t('很不满意'),
  笑脸: () => t('满意'), 平脸: () => t('一般'), 皱眉: () => t('不满意'),
}
export const knownStep = (label: string): string | undefined => steps[label]?.()

/** The fields of "about you" with the answers people can choose; others are written. */
export function fieldChoices(field: string, group?: string): { value: string; label: string }[] {
  const plain = (...values: [string, string][]) => values.map(([value, label]) => ({ value, label }))
  switch (field) {
    case '性别': return plain(['男', t('男')], ['女', t('女')])
    case '年龄段': return bandsOf(group).map((band) => ({ value: band, label: ageLabel(band) }))
    case '居住年限': return plain(['不满1年', t('不满1年')], ['1—3年', t('1—3年')], ['4—10年', t('4—10年')], ['10年以上', t('10年以上')])
    case '住房类型': return plain(['商品房', t('商品房')], ['老旧小区', t('老旧小区')], ['保障房', t('保障房')], ['平房或其他', t('平房或其他')])
    case '单位类型': return plain(['企业', t('企业')], ['个体商户', t('个体商户')], ['学校', t('学校')], ['医院', t('医院')], ['机关', t('机关')], ['社会组织', t('社会组织')])
    case '人数规模': return plain(['10人以下', t('10人以下')], ['10—49人', t('10—49人')], ['50—299人', t('50—299人')], ['300人及以上', t('300人及以上')])
    case '在本街道年限': return plain(['不满1年', t('不满1年')], ['1—3年', t('1—3年')], ['4—10年', t('4—10年')], ['10年以上', t('10年以上')])
    default: return /^是否/.test(field) ? plain(['是', t('是')], ['否', t('否')]) : []
  }
}

/** The bands of the group that is asked; of all without one. */
function bandsOf(group?: string): string[] {
  const bands = ['18-29', '30-39', '40-49', '50-59', '60-69', '70-79', '80+']
  return group === 'elder' ? bands.slice(4) : group === 'adult' ? bands.slice(0, 4) : bands
}

/** The name of a field in the language of the page. */
export function fieldLabel(field: string): string {
  const names: Record<string, () => string> = {
    性别: () => t('性别'), 年龄段: () => t('年龄段'), 居住年限: () => t('居住年限'), 住房类型: () => t('住房类型'),
    是否独居: () => t('是否独居'), 是否租住: () => t('是否租住'), 是否由他人代填: () => t('是否由他人代填'),
    单位类型: () => t('单位类型'), 人数规模: () => t('人数规模'), 在本街道年限: () => t('在本街道年限'), 填答人岗位: () => t('填答人岗位'),
  }
  return names[field]?.() ?? field
}

const ageLabel = (band: string) => (band.endsWith('+') ? t('{n}岁及以上', { n: band.slice(0, -1) }) : t('{band}岁', { band: band.replace('-', '—') }))

/** The scale the appraisal uses, for previews of a questionnaire that belongs to no wave yet. */
export const usualScale = (faces = false): Step[] => [
  ...['非常满意', '比较满意', '一般', '不太满意', '很不满意'].map((label, i) => ({ mark: String(i + 1), label })),
  ...(faces ? ['笑脸', '平脸', '皱眉'].map((label, i) => ({ mark: 'abc'[i]!, label, face: true })) : []),
]
