import { computed, onBeforeUnmount, ref, shallowRef, watch } from 'vue'
import { isAnswered } from './condition'
import { evaluate, type AnswerProblem } from './evaluate'
import type { Answer, Answers, Form, PageTime, Question, Section, Setting } from './model'
import { shuffled } from './shuffle'
import { Stopwatch } from './stopwatch'

/** question: one on a screen; section: a page each; sheet: everything below one another, as on paper. */
export type Layout = 'question' | 'section' | 'sheet'
export interface Screen { key: string; section?: Section; questions: Question[] }
/** What survives closing the page. */
export interface Progress { answers: Answers; at: string; pages: PageTime[] }

/** Answering a form: which screen, which answers, how long. Nothing is lost by going back, or by hiding and showing again. */
export function useRun(form: () => Form, setting: () => Setting, layout: () => Layout, start: Partial<Progress> = {}) {
  const given = shallowRef<Answers>({ ...start.answers })
  const at = ref(start.at ?? '')
  const faults = shallowRef<AnswerProblem[]>([])
  const watchTime = new Stopwatch(start.pages)

  const verdict = computed(() => evaluate(form(), given.value, setting(), true))
  const screens = computed(() => screensOf(form(), verdict.value.shown, layout(), setting().seed))
  const index = computed(() => Math.max(0, screens.value.findIndex((screen) => screen.key === at.value || screen.questions.some((q) => q.code === at.value))))
  const screen = computed(() => screens.value[index.value])
  const asked = computed(() => screens.value.flatMap((one) => one.questions).filter((q) => q.type !== 'note'))
  const number = computed(() => asked.value.findIndex((q) => q.code === screen.value?.questions.find((one) => one.type !== 'note')?.code) + 1)
  const answered = computed(() => asked.value.filter((q) => isAnswered(verdict.value.answers[q.code])).length)
  const progress = (): Progress => ({ answers: given.value, at: screen.value?.questions[0]?.code ?? '', pages: watchTime.pages() })

  watch(() => screen.value?.section?.code ?? '', (code) => watchTime.enter(code), { immediate: true })
  onBeforeUnmount(() => watchTime.close())

  function answer(code: string, value: Answer | undefined): void {
    const { [code]: _gone, ...rest } = given.value
    given.value = value === undefined ? rest : { ...rest, [code]: value }
    faults.value = faults.value.filter((fault) => fault.question !== code)
  }

  /** True when nothing on the screen has to be mended first. A paper may have gaps. */
  function settled(): boolean {
    const here = new Set(screen.value?.questions.map((q) => q.code))
    faults.value = evaluate(form(), given.value, setting(), layout() === 'sheet').problems.filter((fault) => here.has(fault.question))
    return !faults.value.length
  }

  const isLast = computed(() => index.value >= screens.value.length - 1)
  const go = (to: number) => { faults.value = []; at.value = screens.value[to]?.questions[0]?.code ?? at.value }

  /** Opens the question the server refused, or the first that is still open. */
  function show(code: string): void {
    go(screens.value.findIndex((one) => one.questions.some((q) => q.code === code)))
    settled()
  }

  return { given, verdict, screens, screen, index, isLast, number, answered, asked, faults, answer, settled, go, show, progress, times: () => watchTime.pages() }
}

function screensOf(form: Form, shown: Question[], layout: Layout, seed?: string): Screen[] {
  const sections = form.sections?.length ? form.sections : [{ code: '', title: '' }]
  const screens: Screen[] = []
  const placed = new Set<string>()
  for (const section of sections) {
    const mine = shown.filter((q) => (q.section ?? '') === section.code)
    mine.forEach((q) => placed.add(q.code))
    const ordered = section.shuffle ? shuffled(mine, seed && seed + section.code) : mine
    if (layout === 'question') ordered.forEach((q) => screens.push({ key: q.code, section, questions: [q] }))
    else if (ordered.length) screens.push({ key: `#${section.code}`, section, questions: ordered })
  }
  const rest = shown.filter((q) => !placed.has(q.code))
  if (layout === 'question') rest.forEach((q) => screens.push({ key: q.code, questions: [q] }))
  else if (rest.length) screens.push({ key: '#', questions: rest })
  return layout === 'sheet' ? [{ key: '#sheet', questions: screens.flatMap((one) => one.questions) }] : screens
}
