import { t } from '@/kit/i18n'
import type { Member } from './useCrew'

/** How long ago a position was taken. */
export function ago(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000))
  return s < 60 ? t('{n}秒前', { n: s }) : s < 3600 ? t('{n}分钟前', { n: Math.floor(s / 60) }) : t('{n}小时前', { n: Math.floor(s / 3600) })
}

/** How somebody on duty stands, in a word and a tone. */
export function standing(m: Member): { tone: 'over' | 'warn' | 'pause' | 'ok'; words: string } {
  if (m.sos) return { tone: 'over', words: t('求助') }
  if (m.silent) return { tone: 'pause', words: t('失联') }
  return m.busy ? { tone: 'warn', words: t('办理中') } : { tone: 'ok', words: t('在岗') }
}
