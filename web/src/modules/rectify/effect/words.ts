import { t } from '@/kit/i18n'
import type { Tone } from '@/ui/status'

/** What the next wave says of an item or a field. */
export function verdictOf(verdict: string | undefined): { words: string; tone: Tone } {
  switch (verdict) {
    case 'better': return { words: t('变好'), tone: 'done' }
    case 'worse': return { words: t('变差'), tone: 'over' }
    case 'unclear': return { words: t('不显著'), tone: 'ok' }
    case 'unmeasured': return { words: t('答卷太少'), tone: 'pause' }
  }
  return { words: t('还没有'), tone: 'pause' }
}

/** What residents said when they were asked again. */
export function askedOf(verdict: string | undefined): { words: string; tone: Tone } {
  switch (verdict) {
    case 'solved': return { words: t('多数认为已解决'), tone: 'done' }
    case 'unsolved': return { words: t('多数认为没解决'), tone: 'over' }
    case 'mixed': return { words: t('看法不一'), tone: 'warn' }
  }
  return { words: t('不足10份，不显示'), tone: 'pause' }
}

export function stageOf(stage: string, next: string): string {
  switch (stage) {
    case 'measured': return t('{name}已公布，同题复评和再问都有结果', { name: next })
    case 'waiting': return t('{name}已收完，再问有结果；同题复评待公布后计算', { name: next })
    case 'asking': return t('{name}正在收答卷，收完才公布再问结果', { name: next })
    case 'planned': return t('{name}还没有开始', { name: next })
  }
  return t('还没有下一期考评，成效待下期检验')
}
