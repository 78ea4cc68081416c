import { t } from '@/kit/i18n'

const groupWords = (): Record<string, string> => ({ elder: t('老年居民'), adult: t('中青年居民'), unit: t('驻区单位') })
export const groupName = (group: string): string => groupWords()[group] ?? group

const modeWords = (): Record<string, string> => ({ visit: t('入户'), phone: t('电话'), paper: t('纸质'), web: t('网页') })
export const modeName = (mode: string): string => modeWords()[mode] ?? mode

const wayWords = (): Record<string, string> => ({ letter: t('寄信'), visit: t('上门'), phone: t('电话') })
export const wayName = (way: string): string => wayWords()[way] ?? way

export const groups = ['elder', 'adult', 'unit'] as const

/** A version-4 UUID; crypto.randomUUID needs a secure address, which a district's own network may not have. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

const outcomeWords = (): Record<string, string> => ({
  '1.1': t('已完成'), '1.2': t('答了一部分'), '2.11': t('拒绝'), '2.12': t('中途拒绝'), '2.20': t('有人住，人不在'), '2.21': t('约了时间'), '2.31': t('已去世'), '2.32': t('身体不便'),
  '2.33': t('语言不通'), '3.11': t('尚未联系'), '3.17': t('进不去'), '3.19': t('没人应'), '3.21': t('见到人，没问清'), '4.10': t('不在本区'), '4.50': t('不是住宅'), '4.60': t('空房'), '4.70': t('没有符合的人'),
})
/** An AAPOR outcome as interviewers say it. */
export const outcomeName = (code: string): string => outcomeWords()[code] ?? code
