import { computed, ref, shallowRef } from 'vue'
import { t } from '@/kit/i18n'
import { asProblem, type Problem } from '@/kit/problem'
import { metresBetween } from '@/modules/cases/distance'
import { caseStateName } from '@/modules/cases/words'
import { track } from '../api'
import { trackStory, type Story } from '../replayApi'
import { trailOf, type Trail, type TrailEvent } from './trail'

const nothing: Story = { stays: [], seen: [], deeds: [] }

/** The tracks of some officers with what belongs to them; nothing is fetched before a reason is given. */
export function useReplay() {
  const trails = shallowRef<Trail[]>()
  const problem = shallowRef<Problem>()
  const busy = ref(false)

  async function load(people: { id: string; name: string }[], from: Date, to: Date, reason: string): Promise<void> {
    busy.value = true
    problem.value = undefined
    try {
      trails.value = await Promise.all(people.map(async (one, n) => {
        const points = await track(one.id, from, to, reason)
        const story = points.length ? await trackStory(one.id, from, to, reason) : nothing
        return trailOf(one.id, one.name, n, points, story)
      }))
    } catch (error) {
      trails.value = undefined
      problem.value = asProblem(error)
    }
    busy.value = false
  }

  const first = computed(() => Math.min(...(trails.value ?? []).flatMap((one) => one.points[0]?.at ?? [])))
  const last = computed(() => Math.max(...(trails.value ?? []).flatMap((one) => one.points.at(-1)?.at ?? [])))
  const found = computed(() => (trails.value ?? []).some((one) => one.points.length > 0))
  const events = computed(() => (trails.value ?? []).flatMap(eventsOf).sort((a, b) => a.at - b.at))
  return { trails, problem, busy, load, found, events, first: computed(() => (found.value ? first.value : 0)), last: computed(() => (found.value ? last.value : 0)) }
}

const minutes = (ms: number) => Math.max(1, Math.round(ms / 60_000))

/** What happened on the way of one officer. */
function eventsOf(trail: Trail): TrailEvent[] {
  const base = { officer: trail.name, colour: trail.colour }
  const { reading, story } = trail
  const near = (lat: number, lon: number) => story.seen.find((p) => metresBetween(lat, lon, p.lat, p.lon) < 40)?.name
  return [
    ...story.stays.map((s): TrailEvent => ({ ...base, key: `g${s.in_at}${trail.officer}`, kind: 'grid', at: Date.parse(s.in_at), to: Date.parse(s.out_at), text: t('进入{grid}', { grid: s.name }), note: t('{n}分钟', { n: minutes(s.seconds * 1000) }) })),
    ...reading.stops.map((s): TrailEvent => ({ ...base, key: `s${s.from}${trail.officer}`, kind: 'stop', at: s.from, to: s.to, text: t('停留{n}分钟', { n: minutes(s.to - s.from) }), note: near(s.lat, s.lon), lat: s.lat, lon: s.lon })),
    ...reading.gaps.map((g): TrailEvent => ({ ...base, key: `x${g.from}${trail.officer}`, kind: 'gap', at: g.from, to: g.to, text: t('无信号{n}分钟', { n: minutes(g.to - g.from) }) })),
    ...story.deeds.map((d, i): TrailEvent => ({ ...base, key: `d${i}${trail.officer}`, kind: 'deed', at: Date.parse(d.at), text: d.title, note: `${d.number} · ${caseStateName(d.state)}`, link: `/cases/${d.case_id}`, lat: d.lat, lon: d.lon })),
    ...trail.points.filter((p, i, all) => p.sos && !all[i - 1]?.sos).map((p): TrailEvent => ({ ...base, key: `h${p.at}${trail.officer}`, kind: 'sos', at: p.at, text: t('求助'), lat: p.lat, lon: p.lon })),
  ]
}
