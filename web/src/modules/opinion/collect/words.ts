import { t } from '@/kit/i18n'
import type { Origin, Source } from './api'

export const sources: Source[] = ['meeting', 'hotline', 'letter', 'petition']
export const sourceName = (source: string): string => ({ meeting: t('会议'), hotline: t('热线'), letter: t('信箱'), petition: t('信访走访') })[source] ?? source

/** What became of an opinion, for those who handed it in. */
export const endingOf = (o: Origin): string =>
  o.item_id ? t('已并入问题') : { open: t('待归类'), confirmed: t('已归类'), skipped: t('未列入：无具体问题'), praise: t('表扬') }[o.state as string] ?? o.state
