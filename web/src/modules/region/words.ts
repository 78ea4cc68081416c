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

const partWords = (): Record<string, string> => ({ code: t('代码'), name: t('名称'), class: t('类型'), households: t('户数'), geometry: t('边界'), at: t('从哪天起'), scheme: t('哪套编码'), alias: t('编码') })

/** Where in what was sent something is wrong: body.parts[0].geometry is 第 1 部分 边界. */
export function placeName(location: string): string {
  const part = /parts\[(\d+)\]/.exec(location)
  const field = location.split('.').at(-1) ?? ''
  return [part ? t('第 {n} 部分', { n: Number(part[1]) + 1 }) : '', partWords()[field] ?? ''].filter(Boolean).join(' ')
}

const remedyWords = (): Record<string, string> => ({
  'region.not_tiling': t('图上的经纬度就是出错的地方。让相邻部分的公共边界顶点完全一致，合起来正好是原来的范围，再试。'),
  'region.no_geometry': t('给每一部分画上边界（Polygon 或 MultiPolygon）。'),
  'region.bad_geometry': t('坐标先经度后纬度，首尾相接，用 WGS-84。'),
  'region.bad_shape': t('边界不能自己相交、不能有零宽的尖角，改好再试。'),
  'region.code_taken': t('换一个从未用过的代码。'),
  'region.not_neighbours': t('换成有公共边界的相邻区域。'),
  'region.other_layer': t('新代码的前 12 位和字母要与原来的相同。'),
  'region.bad_time': t('换一个日期，或留空表示从现在起。'),
  'region.version': t('请关上重新打开，看清最新内容再做。'),
  'region.has_children': t('先拆分、合并它下面的区域。'),
})
export const remedyFor = (code: string): string => remedyWords()[code] ?? ''

export const gridClasses = ['daily', 'key_assist', 'periodic_joint'] as const
export const gridKinds = ['composite', 'dedicated', 'police'] as const
