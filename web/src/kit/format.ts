import { language, t } from './i18n'

/** Times are shown in the district's time zone wherever the reader sits. */
const zone = 'Asia/Shanghai'
const parts = new Intl.DateTimeFormat('zh-CN', {
  timeZone: zone, year: 'numeric', month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
})

function split(moment: Date): Record<string, string> {
  return Object.fromEntries(parts.formatToParts(moment).map((part) => [part.type, part.value]))
}

const dayOf = (moment: Date) => { const p = split(moment); return `${p.year}-${p.month}-${p.day}` }

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** 11月21日, in English 21 Nov; another year is named. */
export function date(iso: string | null | undefined, now = new Date()): string {
  if (!iso) return '—'
  const p = split(new Date(iso))
  if (language.value === 'en') return `${p.day} ${months[Number(p.month) - 1]}${p.year === split(now).year ? '' : ` ${p.year}`}`
  const day = `${p.month}月${p.day}日`
  return p.year === split(now).year ? day : `${p.year}年${day}`
}

/** 今天 09:06 or 11月21日 14:30. */
export function moment(iso: string | null | undefined, now = new Date()): string {
  if (!iso) return '—'
  const at = new Date(iso)
  const p = split(at)
  const clock = `${p.hour}:${p.minute}`
  return dayOf(at) === dayOf(now) ? `${t('今天')} ${clock}` : `${date(iso, now)} ${clock}`
}

/** 09:06 */
export function clock(iso: string | Date): string {
  const p = split(new Date(iso))
  return `${p.hour}:${p.minute}`
}

const grouping = new Intl.NumberFormat('en-US')

/** 35,449; unknown is a dash, zero is 0. */
export const count = (n: number | null | undefined): string => (n === null || n === undefined ? '—' : grouping.format(n))

/** One decimal with a true minus. */
export const score = (v: number | null | undefined, digits = 1): string =>
  v === null || v === undefined || Number.isNaN(v) ? '—' : v.toFixed(digits).replace('-', '−')

/** +1.3, −0.4, 0.0 */
export function signed(v: number | null | undefined, digits = 1): string {
  if (v === null || v === undefined || Number.isNaN(v)) return '—'
  const text = Math.abs(v).toFixed(digits)
  return Number(text) === 0 ? text : (v > 0 ? '+' : '−') + text
}

/** 84.2–86.0 */
export const range = (low?: number | null, high?: number | null, digits = 1): string => `${score(low, digits)}–${score(high, digits)}`

/** A probability as people read it: ends are >99% and <1%. */
export function chance(p: number | null | undefined): string {
  if (p === null || p === undefined) return '—'
  return p > 0.99 ? '>99%' : p < 0.01 ? '<1%' : `${Math.round(p * 100)}%`
}

/** A share: 85.8%. */
export const percent = (v: number | null | undefined, digits = 1): string => (v === null || v === undefined ? '—' : `${(v * 100).toFixed(digits)}%`)

/** 13工作时43分 from minutes of working time; a working day has seven hours. */
export function workTime(minutes: number, hoursPerDay = 7): string {
  const total = Math.max(0, Math.round(minutes))
  const hours = Math.floor(total / 60)
  const rest = total % 60
  if (hours >= hoursPerDay * 2) return t('{n}工作日', { n: Math.floor(hours / hoursPerDay) })
  return (hours ? t('{n}工作时', { n: hours }) : '') + (rest || !hours ? t('{n}分', { n: rest }) : '')
}

/** 1.4 MB */
export function fileSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(0)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`
}
