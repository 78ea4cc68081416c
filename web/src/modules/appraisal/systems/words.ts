import { t } from '@/kit/i18n'

export const changeWords = (): Record<string, string> => ({ added: t('新增'), removed: t('去掉'), changed: t('修改') })
export const levelWords = (): Record<string, string> => ({ part: t('总分组成'), respondent: t('对象权重'), scale: t('量表'), dimension: t('维度'), key_point: t('重点'), indicator: t('指标') })
export const fieldWords = (): Record<string, string> => ({
  name: t('名称'), weight: t('权重'), desc: t('口径'), evidence: t('佐证材料'), reverse: t('对应反向领域'), depts: t('责任部门'), questionnaires: t('问哪些对象'), score: t('得分'),
})
