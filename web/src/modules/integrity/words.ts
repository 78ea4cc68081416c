import { t } from '@/kit/i18n'
import type { Tone } from '@/ui/status'

const kindWords = (): Record<string, string> => ({
  speed: t('作答过快'), pages: t('翻页过快'), straight: t('直线作答'), unknown: t('多数未作评价'), attention: t('注意力题答错'), coached: t('自述受到引导'),
  contradiction: t('前后矛盾'), device: t('同一设备重复'), copied: t('答卷雷同'), burst: t('集中涌入'), ceiling: t('当日满分异常'), crowded: t('同一网络集中'),
})
export const kindName = (code: string): string => kindWords()[code] ?? code

const patternWords = (): Record<string, string> => ({
  burst: t('集中涌入'), ceiling_day: t('当日满分异常'), copies: t('答卷雷同'), device: t('一台设备多份'), ceiling_jump: t('满分比上期突增'),
  vanished: t('“一般”消失'), coached: t('多人自述受到引导'), interviewer: t('调查员差异'),
})
export const patternName = (pattern: string): string => patternWords()[pattern] ?? pattern

const verdictWords = (): Record<string, string> => ({ open: t('待定'), keep: t('保留'), set_aside: t('不计入') })
export const verdictName = (verdict: string): string => verdictWords()[verdict] ?? verdict
const tones: Record<string, Tone> = { open: 'warn', keep: 'done', set_aside: 'over' }
export const verdictTone = (verdict: string): Tone => tones[verdict] ?? 'pause'

const modeWords = (): Record<string, string> => ({ visit: t('入户'), phone: t('电话'), paper: t('纸质'), web: t('网页') })
export const modeName = (mode: string): string => modeWords()[mode] ?? mode

/** Reasons people give again and again; one key each. */
export const usualReasons = (): Record<'keep' | 'set_aside', string[]> => ({
  keep: [t('复核属实，保留'), t('同一家庭共用设备'), t('熟悉题目，用时短属正常')],
  set_aside: [t('用时不足以读完题目'), t('注意力题答错，判为无效'), t('复核确认受人引导'), t('同一人重复提交')],
})

/** An error probability in words a reader can place. */
export const chanceWords = (p: number): string => (p === 0 ? t('几乎不可能巧合') : p < 0.0001 ? t('巧合的可能不到万分之一') : t('巧合的可能 {p}%', { p: (100 * p).toFixed(2) }))
