import type { CaseDetail } from '@/api/types'
import { moment, workTime } from '@/kit/format'
import { t } from '@/kit/i18n'
import type { Reading } from '../clock/api'
import { levelName, stageName } from '../words'

export interface Stage { stage: string; name: string; who: string; words: string; whole: string; used: number; mark: 'done' | 'late' | 'now' | 'warn' | 'over' | 'pause' | 'next' }

const way = ['accept', 'file', 'dispatch', 'sign', 'handle', 'check', 'close', 'revisit']
const endings = ['archived', 'self_closed', 'force_closed', 'void', 'merged', 'rejected']

/** Clocks of the way itself: not of parts, not those that only push a tier after another was late. */
const own = (k: Reading) => !k.part_id && k.hop === 0 && k.kind !== 'whistle'

function markOf(k: Reading, item: CaseDetail, runs: boolean): Stage['mark'] {
  if (!runs) return k.outcome === 'late' ? 'late' : 'done'
  if (k.paused_at || item.paused) return 'pause'
  return k.lamp === 'red' ? 'over' : k.lamp === 'orange' || k.lamp === 'yellow' ? 'warn' : 'now'
}

/** A few words under the bar, and the whole of it for who asks. */
function wordsOf(k: Reading, mark: Stage['mark']): Pick<Stage, 'words' | 'whole'> {
  const limit = t('限 {limit}', { limit: k.limit })
  if (mark === 'pause') return { words: t('暂停计时'), whole: limit }
  if (mark === 'now' || mark === 'warn' || mark === 'over') return { words: k.due_at ? t('至 {due}', { due: moment(k.due_at) }) : limit, whole: limit }
  const spent = k.limit_unit.startsWith('work') ? workTime(Math.round(k.spent_s / 60)) : k.spent
  return spent ? { words: t('用 {spent}', { spent }), whole: t('用 {spent} / 限 {limit}', { spent, limit: k.limit }) } : { words: limit, whole: limit }
}

/** The stages of a case: those its clocks tell of, the one that runs, and those to come on the usual way. */
export function stagesOf(item: CaseDetail, readings: Reading[]): Stage[] {
  const clocks = readings.filter(own)
  const path = [...way]
  for (const [extra, before] of [['inspect', 'file'], ['adjudicate', 'sign']] as const) if (item.stage === extra || clocks.some((k) => k.kind === extra)) path.splice(path.indexOf(before), 0, extra)
  const ended = endings.includes(item.state)
  const reached = Math.max(...path.map((stage, i) => (clocks.some((k) => k.kind === stage) ? i : -1)))
  return path.flatMap((stage, i): Stage[] => {
    const rounds = clocks.filter((k) => k.kind === stage)
    const clock = rounds.at(-1)
    if (!clock) return ended || i < reached ? [] : [{ stage, name: stageName(stage), who: '', words: '', whole: '', used: 0, mark: 'next' }]
    const runs = item.stage === stage && !clock.stopped_at || !!clock.paused_at && !ended
    const mark = markOf(clock, item, runs)
    const name = rounds.length > 1 ? t('{stage} 第{n}次', { stage: stageName(stage), n: rounds.length }) : stageName(stage)
    return [{ stage, name, who: levelName(clock.level), ...wordsOf(clock, mark), used: Math.min(100, Math.max(runs ? 4 : 0, clock.share * 100)), mark }]
  })
}

export interface Hold { unit: string; seconds: number; paused: boolean }

const held = ['dispatch', 'sign', 'adjudicate', 'handle']

/** In whose hands the case was since it was filed, in working time; the time before the panel does not count. */
export function holdsOf(readings: Reading[], nameOf: (id: string | undefined) => string): Hold[] {
  const out: Hold[] = []
  for (const k of readings.filter((one) => own(one) && held.includes(one.kind))) {
    if (k.spent_s < 60) continue
    const paused = k.kind === 'adjudicate'
    const unit = paused ? t('联合研判') : nameOf(k.unit_id) || k.unit_name || t('{level}派遣', { level: levelName(k.level) })
    const last = out.at(-1)
    if (last?.unit === unit) last.seconds += k.spent_s
    else out.push({ unit, seconds: k.spent_s, paused })
  }
  return out
}
