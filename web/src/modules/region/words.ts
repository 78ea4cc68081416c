import { t } from '@/kit/i18n'

const levelWords = (): Record<string, string> => ({ province: t('省'), city: t('市'), district: t('区'), street: t('街道'), subdistrict: t('街道'), community: t('社区'), grid: t('网格') })
export const levelName = (level: string): string => levelWords()[level] ?? level

const kindWords = (): Record<string, string> => ({ composite: t('综合网格'), dedicated: t('专属网格'), police: t('警务网格') })
export const kindName = (kind: string): string => kindWords()[kind] ?? kind

const classWords = (): Record<string, string> => ({ daily: t('日常管理'), key_assist: t('重点协助'), periodic_joint: t('定期联合') })
export const className = (name: string): string => classWords()[name] ?? name

const findingWords = (): Record<string, string> => ({
  gap: t('空隙'), overlap: t('重叠'), outside: t('越出上级边界'), complex: t('图形自相交'), missing_geometry: t('缺少图形'), missing_parent: t('没有上级'),
  wrong_parent: t('上级不对'), imbalance: t('户数不均'), no_grids: t('没有网格'),
})
export const findingName = (kind: string): string => findingWords()[kind] ?? kind

export const gridKinds = ['composite', 'dedicated', 'police'] as const
