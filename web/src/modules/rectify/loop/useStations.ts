import { computed } from 'vue'
import type { RouteLocationRaw } from 'vue-router'
import type { Wave } from '@/api/types'
import { count, date, range, score, signed } from '@/kit/format'
import { t } from '@/kit/i18n'
import { can } from '@/kit/session'
import type { IconName } from '@/ui/icons'
import type { Part } from './LoopCard.vue'
import { usePicture } from './usePicture'

export interface Station { icon: IconName; title: string; value: string; unit: string; to?: RouteLocationRaw; parts: Part[]; sets: string[] }

/** The six stations clockwise and what passes from each to the next. */
export function useStations(wave: () => string, of: () => Wave | undefined) {
  const loop = usePicture(wave, () => ['published', 'archived'].includes(of()?.state ?? ''))
  const { value, words, to, picture, next, district, change } = loop
  const part = (key: string, sentence: string, tone?: string): Part => ({ words: sentence, to: to(key), tone: value(key) ? tone : undefined })

  const judged = computed<Part[]>(() => {
    const day = of()?.published_at
    const mean = district.value?.score
    return [
      ...(mean !== undefined && mean !== null ? [{ words: t('全区 {n} 分（{range}）', { n: score(mean), range: range(district.value?.low, district.value?.high) }) }] : []),
      { words: day ? t('{day} 公布', { day: date(day) }) : t('还没有公布') },
    ]
  })
  const helped = computed<Part[]>(() => {
    const stage = picture.value?.stage
    const asked = value('asked') ? [part('asked', t('再问 {n} 项', { n: words('asked') })), ...(picture.value?.solved_rate != null ? [{ words: t('认为已解决 {n}%', { n: score(picture.value.solved_rate, 0) }) }] : [])] : []
    if (stage === 'measured') return [part('better', t('变好 {n}', { n: words('better') }), 'up'), part('unclear', t('不显著 {n}', { n: words('unclear') })), part('worse', t('变差 {n}', { n: words('worse') }), 'late'), ...asked]
    const waiting = { asking: t('{name}正在再问', { name: next.value?.name ?? '' }), waiting: t('再问已收齐，待下期公布'), planned: t('下期开始后再问'), no_next: t('还没有下一期') }[stage ?? 'no_next']
    return [{ words: waiting ?? '' }, ...asked]
  })

  const stations = computed<Station[]>(() => [
    { icon: 'ask', title: t('征求意见'), value: words('answers'), unit: t('份答卷'), to: to('answers'), sets: [], parts: [part('targeted', t('定向 {n}', { n: words('targeted') })), part('online', t('线上 {n}', { n: words('online') })), part('comments', t('意见 {n} 条', { n: words('comments') }))] },
    { icon: 'calc', title: t('科学考评'), value: count(picture.value?.streets), unit: t('个街道 {n} 项指标', { n: picture.value?.indicators ?? 0 }), to: can('appraisal.read') ? `/appraisal/${wave()}/scores` : undefined, sets: [], parts: judged.value },
    { icon: 'feed', title: t('精准反馈'), value: words('listed'), unit: t('项问题'), to: to('listed'), sets: ['listed', 'street', 'district', 'awaiting'], parts: [part('street', t('街道 {n}', { n: words('street') })), part('district', t('部门 {n}', { n: words('district') })), part('awaiting', t('待下发 {n}', { n: words('awaiting') }))] },
    { icon: 'wrench', title: t('整改落实'), value: words('passed'), unit: t('项核查通过'), to: to('passed'), sets: ['passed', 'working', 'suspended', 'overdue', 'reworked'], parts: [part('working', t('整改中 {n}', { n: words('working') })), part('suspended', t('挂账 {n}', { n: words('suspended') })), part('overdue', t('超期 {n}', { n: words('overdue') }), 'late'), part('reworked', t('返工过 {n}', { n: words('reworked') }))] },
    { icon: 'speak', title: t('群众知晓'), value: words('voices_told'), unit: t('人次已答复'), to: to('voices_told'), sets: ['closed', 'published'], parts: [part('closed', t('已答复 {n} 项', { n: words('closed') })), part('published', t('公示 {n} 项', { n: words('published') }))] },
    { icon: 'trend', title: t('满意度提升'), ...(change.value?.difference != null
      ? { value: signed(change.value.difference), unit: change.value.verdict === 'alike' ? t('分（不显著），下期 {n}', { n: score(change.value.now) }) : t('分，下期全区 {n}', { n: score(change.value.now) }), to: `/appraisal/${next.value?.id ?? ''}/scores/analysis/change` }
      : { value: words('measured'), unit: t('项有复评结论'), to: to('measured') }), sets: ['measured', 'better', 'unclear', 'worse', 'asked', 'solved', 'unsolved'], parts: helped.value },
  ])

  const passes = computed<Part[][]>(() => [
    [{ words: picture.value?.valid_rate != null ? t('有效 {n}%', { n: score(picture.value.valid_rate) }) : t('有效答卷'), to: can('integrity.read') ? `/appraisal/${wave()}/integrity/decisions` : undefined }],
    [part('comments_confirmed', t('{n} 条有效意见', { n: words('comments_confirmed') }))],
    [part('streets', t('派到 {n} 个街道', { n: words('streets') })), part('units', t('{n} 个单位', { n: words('units') }))],
    [{ words: t('核查人不是办理人') }],
    [{ words: t('短信、公示') }],
    [part('unsolved_again', t('没解决的 {n} 项再问再改', { n: words('unsolved_again') }))],
  ])
  return { ...loop, stations, passes }
}
