import type { CaseDetail } from '@/api/types'
import { moment } from '@/kit/format'
import { t } from '@/kit/i18n'
import { limitUnit } from '../limits'
import { leftWords, levelName, stageName } from '../words'

export interface Stage { stage: string; name: string; who: string; words: string; used: number; mark: 'done' | 'late' | 'now' | 'warn' | 'over' | 'pause' | 'next' }

const way = ['accept', 'file', 'dispatch', 'sign', 'handle', 'check', 'close', 'revisit']
const endings = ['archived', 'self_closed', 'force_closed', 'void', 'merged', 'rejected']

/** The stages of a case: those its clocks tell of, the one that runs, and those to come on the usual way. */
export function stagesOf(item: CaseDetail, now: number): Stage[] {
  const clocks = item.clocks.filter((k) => !k.part_id && k.kind !== 'whistle')
  const last = (stage: string) => clocks.filter((k) => k.kind === stage).at(-1)
  const path = [...way]
  for (const [extra, before] of [['inspect', 'file'], ['adjudicate', 'sign']] as const) if (item.stage === extra || last(extra)) path.splice(path.indexOf(before), 0, extra)
  const ended = endings.includes(item.state)
  return path.flatMap((stage): Stage[] => {
    const clock = last(stage)
    if (!clock && ended) return []
    const rounds = clocks.filter((k) => k.kind === stage && k.level === clock?.level).length
    const name = rounds > 1 && stage !== 'handle' ? t('{stage} 第{n}次', { stage: stageName(stage), n: rounds }) : stageName(stage)
    const who = clock ? levelName(clock.level) : ''
    if (!clock) return [{ stage, name, who, words: '', used: 0, mark: 'next' }]
    const limit = t('限 {n}{unit}', { n: clock.limit_n, unit: limitUnit(clock.limit_unit) })
    if (item.stage !== stage || clock.stopped_at) {
      const late = clock.outcome === 'late'
      return [{ stage, name, who, words: late ? t('超时完成') : limit, used: 100, mark: late ? 'late' : 'done' }]
    }
    if (item.paused || clock.paused_at) return [{ stage, name, who, words: t('暂停计时'), used: 100, mark: 'pause' }]
    const from = new Date(clock.started_at).getTime(), to = clock.due_at ? new Date(clock.due_at).getTime() : from
    const used = Math.min(100, Math.max(4, ((now - from) / Math.max(1, to - from)) * 100))
    const mark = item.overdue ? 'over' : item.warned ? 'warn' : 'now'
    return [{ stage, name, who, words: clock.due_at ? `${leftWords(clock.due_at, now)}　${t('至 {due}', { due: moment(clock.due_at) })}` : limit, used, mark }]
  })
}
