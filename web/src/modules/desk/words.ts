import { t } from '@/kit/i18n'

export const scopes = () => [{ value: 'own', label: t('只给自己') }, { value: 'unit', label: t('本单位') }, { value: 'area', label: t('本区域') }]
export const scopeName = (scope: string): string => scopes().find((s) => s.value === scope)?.label ?? scope

export const fields = () => [{ value: 'reply', label: t('给反映人的答复') }, { value: 'note', label: t('说明') }, { value: 'outcome', label: t('办理情况') }]
export const fieldName = (field: string): string => fields().find((f) => f.value === field)?.label ?? field
