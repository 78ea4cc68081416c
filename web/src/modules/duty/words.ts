import { t } from '@/kit/i18n'
import type { Tone } from '@/ui/status'

export const kindName = (kind: string): string => ({ basic: t('基本履职'), cooperative: t('配合履职'), withdrawn: t('已收回') })[kind] ?? kind
export const kindHint = (kind: string): string => ({ basic: t('街道牵头办理'), cooperative: t('部门牵头，街道配合'), withdrawn: t('部门办理，不再派给街道') })[kind] ?? ''
export const kindTone = (kind: string): Tone => (({ basic: 'ok', cooperative: 'info', withdrawn: 'warn' }) as Record<string, Tone>)[kind] ?? 'info'
export const admissionName = (state: string): string => ({ open: t('待裁定'), admitted: t('同意准入'), refused: t('不予准入') })[state] ?? state
export const admissionTone = (state: string): Tone => (({ open: 'warn', admitted: 'ok', refused: 'done' }) as Record<string, Tone>)[state] ?? 'info'
export const sources = (): { value: string; label: string }[] => [
  { value: 'officer', label: t('网格员') }, { value: 'resident', label: t('居民') }, { value: 'hotline', label: t('12345 热线') }, { value: 'letter', label: t('信访') },
  { value: 'leader', label: t('领导批示') }, { value: 'department', label: t('部门移交') }, { value: 'device', label: t('物联告警') }, { value: 'inspection', label: t('督查巡查') },
]
