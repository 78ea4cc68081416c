import { t } from '@/kit/i18n'
import type { Tone } from '@/ui/status'
import type { Receipt, ReverseList } from './api'

/** Where a list stands, in words and tone. An approved edition that was not sent out asks for attention. */
export function standingOf(list: ReverseList): { tone: Tone; words: string } {
  if (list.counts.pending) return { tone: 'warn', words: list.edition ? t('更正待审批') : t('待审批') }
  if (list.edition > list.issued_edition) return { tone: 'warn', words: list.issued_edition ? t('更正待下发') : t('已批准，待下发') }
  if (list.state === 'issued') {
    if (list.counts.unsigned_overdue) return { tone: 'over', words: t('{n} 家签收超时', { n: list.counts.unsigned_overdue }) }
    return list.counts.signed < list.counts.receipts ? { tone: 'info', words: t('签收中') } : { tone: 'ok', words: t('全部签收') }
  }
  return list.state === 'dropped' ? { tone: 'done', words: t('已作废') } : { tone: 'pause', words: t('草稿') }
}

export const roleName = (role: Receipt['role']) => ({ lead: t('牵头'), joint: t('协办'), local: t('属地') })[role]
