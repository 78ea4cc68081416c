import { reactive, watch } from 'vue'
import { t } from '@/kit/i18n'
import { can, session } from '@/kit/session'

export const heatDays = ['', '1', '7', '30', '90'] as const
export type HeatDays = (typeof heatDays)[number]
export type LayerKey = 'community' | 'composite' | 'dedicated' | 'police' | 'overdue' | 'warned' | 'open' | 'officers' | 'beats' | 'cameras' | 'sensors' | 'alarms'
export interface LayerRow { key: LayerKey; words: string; mark: string }
export interface LayerGroup { words: string; rows: LayerRow[] }
export interface Choice { on: LayerKey[]; theme: string; heat: HeatDays }

/** The layers that the caller may see, in the groups of the panel. */
export function layerGroups(): LayerGroup[] {
  const groups: LayerGroup[] = [
    { words: t('边界'), rows: [
      { key: 'community', words: t('社区'), mark: 'line' }, { key: 'composite', words: t('综合网格'), mark: 'thin' },
      { key: 'dedicated', words: t('专属网格'), mark: 'dash' }, { key: 'police', words: t('警务网格'), mark: 'blue' },
    ] },
    { words: t('事件'), rows: can('cases.read') ? [{ key: 'overdue', words: t('已超期'), mark: 'case-over' }, { key: 'warned', words: t('快到期'), mark: 'case-warn' }, { key: 'open', words: t('全部在办'), mark: 'case' }] : [] },
    { words: t('力量'), rows: [{ key: 'officers', words: t('在岗网格员'), mark: 'dot' }, { key: 'beats', words: t('社区民警'), mark: 'beat' }] },
    { words: t('设备与告警'), rows: [
      ...(can('alarm.read') ? [{ key: 'alarms' as const, words: t('没有解除的告警'), mark: 'alarm' }] : []),
      ...(can('camera.read') ? [{ key: 'cameras' as const, words: t('摄像机'), mark: 'camera' }] : []),
      ...(can('sensor.read') ? [{ key: 'sensors' as const, words: t('感知设备'), mark: 'sensor-well' }] : []),
    ] },
  ]
  return groups.filter((g) => g.rows.length)
}

const usual = (): Choice => ({ on: ['community', 'composite', 'officers', 'overdue', 'alarms'], theme: '', heat: '' })

/** What this person last chose to see, kept in this browser under the account. */
export function useChoice() {
  const key = `yiwang.live.${session.value?.user.id ?? ''}`
  const choice = reactive<Choice>(usual())
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? 'null') as Partial<Choice> | null
    if (kept && Array.isArray(kept.on)) Object.assign(choice, usual(), kept)
  } catch { /* what cannot be read is chosen anew */ }
  watch(choice, () => localStorage.setItem(key, JSON.stringify(choice)), { deep: true })
  const shown = (layer: LayerKey): boolean => choice.on.includes(layer)
  const flip = (layer: LayerKey): void => { choice.on = shown(layer) ? choice.on.filter((k) => k !== layer) : [...choice.on, layer] }
  return { choice, shown, flip, reset: () => Object.assign(choice, usual()) }
}
