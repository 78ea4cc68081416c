import { t } from '@/kit/i18n'
import { actionName } from '@/modules/cases/actions/actions'
import type { Item } from './model'

/** 上报 路面破损, 核查通过 井盖松动, 巡查拍照 3号楼 */
export const titleOf = (item: Item): string => `${item.kind === 'proof' ? (item.shots.length ? t('巡查拍照') : t('到不了')) : item.kind === 'report' ? (item.settled ? t('自行处置') : t('上报')) : actionName(item.action)} ${item.title}`
