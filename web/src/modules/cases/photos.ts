import { t } from '@/kit/i18n'

export type Phase = 'report' | 'before' | 'after' | 'check' | 'other'

export const phaseName = (phase: string): string => ({ report: t('反映时'), before: t('处置前'), after: t('处置后'), check: t('核查'), other: t('其他') })[phase] ?? phase
