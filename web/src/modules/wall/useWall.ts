import { onScopeDispose, ref, shallowRef, watch } from 'vue'
import { Problem } from '@/kit/problem'
import { picture, type Picture } from './api'

const every = 10_000
const turn = 40_000
const pauseFor = 5 * 60_000
const reloadAfter = 10 * 60_000
const shiftEvery = 10 * 60_000
const versionEvery = 5 * 60_000

/** The figures of the wall: which theme and area, asked again and again, with what came last kept through every failure. */
export function useWall() {
  const theme = ref('')
  const area = ref(new URLSearchParams(location.search).get('area') ?? '')
  const now = ref(Date.now())
  const got = shallowRef<Picture>()
  const gotAt = ref(0)
  const refused = ref(0) // status of the last refusal, 0 for a network that is gone
  const failing = ref(false)
  const pausedUntil = ref(0)
  const turnedAt = ref(Date.now())
  let wait = 1_000
  let timer: ReturnType<typeof setTimeout> | undefined
  let asked = 0

  async function ask(): Promise<void> {
    clearTimeout(timer)
    const mine = ++asked
    try {
      const answer = await picture(area.value, theme.value || 'city')
      if (mine !== asked) return
      got.value = answer
      if (!theme.value) theme.value = answer.theme
      gotAt.value = Date.now()
      failing.value = false
      wait = 1_000
      timer = setTimeout(() => void ask(), every)
    } catch (error) {
      if (mine !== asked) return
      failing.value = true
      refused.value = error instanceof Problem ? error.status : 0
      timer = setTimeout(() => void ask(), wait)
      wait = Math.min(30_000, wait * 2)
    }
  }
  function show(next: { theme?: string; area?: string }): void {
    if (next.theme !== undefined) theme.value = next.theme
    if (next.area !== undefined) area.value = next.area
    turnedAt.value = Date.now()
    void ask()
  }
  /** Somebody is at the screen: it stays where it is for five minutes. */
  function touch(): void { pausedUntil.value = Date.now() + pauseFor }
  /** Stays as it is for five minutes, or turns again at once if it stood. */
  function hold(): void {
    const standing = Date.now() < pausedUntil.value
    pausedUntil.value = standing ? 0 : Date.now() + pauseFor
    if (standing) turnedAt.value = Date.now()
  }
  function step(by: number): void {
    const list = got.value?.themes.map((one) => one.code) ?? []
    if (list.length) show({ theme: list[(list.indexOf(theme.value) + by + list.length) % list.length] })
  }

  let checkedAt = Date.now()
  const tick = setInterval(() => {
    now.value = Date.now()
    if (now.value > pausedUntil.value && now.value - turnedAt.value >= turn) step(1)
    if (now.value - Math.max(gotAt.value, started) > reloadAfter && now.value - checkedAt > 60_000) { checkedAt = now.value; void renew(true) }
    else if (now.value - checkedAt > versionEvery) { checkedAt = now.value; void renew(false) }
    document.documentElement.style.translate = Math.floor(now.value / shiftEvery) % 2 ? '-2px -2px' : '' // against burn-in; to the upper left, where nothing can be scrolled
  }, 1_000)
  const started = Date.now()
  void ask()
  watch(area, (code) => history.replaceState(null, '', code ? `?area=${code}` : location.pathname))
  onScopeDispose(() => { clearInterval(tick); clearTimeout(timer) })
  return { theme, area, now, got, gotAt, failing, refused, pausedUntil, turnedAt, turn, show, touch, hold, step }
}

/** Loads the page again if the server has another version of it, or anyway if the server answers after a long silence. */
async function renew(anyway: boolean): Promise<void> {
  try {
    const page = await (await fetch(location.pathname, { headers: { Accept: 'text/html' }, cache: 'no-store' })).text()
    const mine = document.querySelector<HTMLScriptElement>('script[type=module][src]')?.getAttribute('src') ?? ''
    if (page.includes('<script') && (anyway || (mine.includes('/assets/') && !page.includes(mine)))) location.reload()
  } catch {
    // still no network: the last figures stand
  }
}
