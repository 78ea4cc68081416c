import { t } from '@/kit/i18n'
import type { Choice } from '../words'

/** The legal grounds of each action that needs one; the server knows the same codes. */
export function groundsOf(action: string): Choice[] {
  switch (action) {
    case 'return': return [
      { value: 'not_our_duty', label: t('不是本单位职责') }, { value: 'not_our_area', label: t('不在本单位辖区') }, { value: 'owner_differs', label: t('产权或管养单位另有其人') },
      { value: 'law_forbids', label: t('法律法规不允许') }, { value: 'duplicate', label: t('与在办事件重复') }, { value: 'no_such_matter', label: t('现场没有这件事') },
    ]
    case 'reject': return [
      { value: 'not_public', label: t('不属于公共管理事项') }, { value: 'in_court', label: t('已进入诉讼、仲裁、复议') }, { value: 'private_dispute', label: t('私人纠纷，宜调解') },
      { value: 'no_such_matter', label: t('现场没有这件事') }, { value: 'unintelligible', label: t('内容无法辨认') }, { value: 'abuse', label: t('辱骂或恶意反复') }, { value: 'beyond_government', label: t('不属于政府职权') },
    ]
    case 'ask_suspension': return [
      { value: 'funds', label: t('需要资金立项') }, { value: 'planning', label: t('需要上级规划') }, { value: 'weather', label: t('恶劣天气') }, { value: 'court', label: t('司法程序') }, { value: 'owner_lost', label: t('产权人失联') },
    ]
    case 'void': return [
      { value: 'duplicate', label: t('与在办事件重复') }, { value: 'test', label: t('测试数据') }, { value: 'mistaken', label: t('登记错误') }, { value: 'withdrawn', label: t('反映人撤回') },
    ]
  }
  return []
}

const everywhere = ['return', 'reject', 'ask_suspension', 'void']
export const groundName = (ground: string): string => everywhere.flatMap(groundsOf).find((g) => g.value === ground)?.label ?? ground

export const reasons = (): Choice[] => [
  { value: 'not_solved', label: t('没有解决') }, { value: 'came_back', label: t('又出现了') }, { value: 'slow', label: t('办得慢') }, { value: 'attitude', label: t('态度不好') },
  { value: 'no_contact', label: t('没人联系过') }, { value: 'half_done', label: t('只办了一半') }, { value: 'other', label: t('其他') },
]
export const reasonName = (code: string): string => reasons().find((r) => r.value === code)?.label ?? code

export const ways = (): Choice[] => [{ value: 'call', label: t('电话') }, { value: 'visit', label: t('上门') }, { value: 'link', label: t('链接') }, { value: 'none', label: t('没有联系方式') }]
export const audiences = (): Choice[] => [
  { value: 'internal', label: t('内部') }, { value: 'joint', label: t('内部和协办单位') }, { value: 'reporter', label: t('反映人也能看到') }, { value: 'public', label: t('公开') },
]
export const audienceName = (v: string): string => audiences().find((a) => a.value === v)?.label ?? v
