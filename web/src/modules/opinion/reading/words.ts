import { t } from '@/kit/i18n'
import type { Fields } from './useFields'

/** A share of 0 to 1 as a percentage with one decimal; a dash where there is none. */
export const percent = (v: number | null | undefined) => (v === null || v === undefined ? '–' : `${(v * 100).toFixed(1)}%`)
export const two = (v: number | null | undefined) => (v === null || v === undefined ? '–' : v.toFixed(2))

/** What a code of the sample is called: a field, praise, none, or nothing suggested. */
export function codeName(code: string, fields: Fields) {
  if (code === 'praise') return t('表扬')
  if (code === 'none') return t('无具体内容')
  if (!code) return t('无建议')
  return fields.find((f) => f.code === code)?.name ?? code
}

/** Krippendorff's reading of his coefficient: 0.80 and above reliable, from 0.667 for tentative conclusions. */
export const alphaWords = (v: number) => (v >= 0.8 ? t('可靠') : v >= 0.667 ? t('可作初步结论') : t('不足以下结论'))
