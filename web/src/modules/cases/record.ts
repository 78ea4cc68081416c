import { t } from '@/kit/i18n'

interface Record { open: number; judged: number; on_time: number }

/** 在办 18 件　按期 93.1%; few endings say so instead of a share. */
export function punctual(r: Record | undefined): string {
  if (!r) return ''
  const open = r.open >= 1000 ? t('在办 999 件以上') : t('在办 {n} 件', { n: r.open })
  if (!r.judged) return `${open}　${t('还没有办结的')}`
  if (r.judged < 10) return `${open}　${t('办结 {n} 件，按期 {m} 件', { n: r.judged, m: r.on_time })}`
  return `${open}　${t('按期 {share}', { share: `${((r.on_time / r.judged) * 100).toFixed(1)}%` })}`
}
