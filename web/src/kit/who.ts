import { t } from './i18n'

/** Who took a step, for people: what the program did by itself carries the name of a worker, in Latin letters, which says nothing to anybody. */
export const whoDid = (step: { actor_name: string; actor_unit?: string }): string => (!step.actor_unit && /^[\w.-]+$/.test(step.actor_name) ? t('系统') : step.actor_name)
