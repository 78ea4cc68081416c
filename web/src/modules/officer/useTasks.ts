import { computed, ref, shallowRef } from 'vue'
import { connection } from '@/kit/http'
import { asProblem, type Problem } from '@/kit/problem'
import { getCase, listTasks, photoAddress } from './api'
import { me } from './me'
import { plain, type Case, type Detail } from './model'
import { lastContact, waiting } from './outbox'
import { change, take, takeAll } from './shelf'

interface Kept { user: string; at: string; items: Case[] }
const kept = shallowRef<Kept>()
const details = shallowRef<Detail[]>([])
const loading = ref(false)
const problem = shallowRef<Problem>()
const keptCases = 40

const mine = computed(() => (kept.value && kept.value.user === me.value?.id ? kept.value : undefined))
/** Cases with a step that waits on this phone are off the list: for the officer they are done. */
const tasks = computed(() => (mine.value?.items ?? []).filter((one) => !waiting.value.some((item) => item.kind === 'step' && item.case === one.id && item.state !== 'conflict' && item.state !== 'refused')))

/** The day's tasks: from the server, else what was read last, with everything needed to work on them. */
export function useTasks() {
  async function load(): Promise<void> {
    const user = me.value?.id
    if (!user) return
    loading.value = true
    if (!mine.value) kept.value = await take<Kept>('tasks', 'tasks')
    if (!details.value.length) details.value = await takeAll<Detail>('cases')
    try {
      const items = (await listTasks()).items as Case[]
      kept.value = { user, at: new Date().toISOString(), items }
      lastContact.value = kept.value.at
      problem.value = undefined
      await change({ shelf: 'tasks', key: 'tasks', value: plain(kept.value) })
      void keepCases(items)
    } catch (error) {
      problem.value = asProblem(error)
    }
    loading.value = false
  }
  return { tasks, loading, problem: computed(() => (mine.value && problem.value?.status !== 403 ? undefined : problem.value)), stale: computed(() => !!mine.value && (!!problem.value || !connection.online)), at: computed(() => mine.value?.at), load }
}

/** Takes the soonest tasks along with photographs, and leaves behind those that are no task any more. */
async function keepCases(items: Case[]): Promise<void> {
  const wanted = items.slice(0, keptCases)
  for (const one of wanted) {
    const have = details.value.find((d) => d.id === one.id)
    if (have?.version === one.version) continue
    try { await keepCase(await getCase(one.id)) } catch { return }
  }
  const gone = details.value.filter((d) => !wanted.some((one) => one.id === d.id) && !waiting.value.some((item) => item.kind === 'step' && item.case === d.id))
  await change(...gone.map(({ id: key }) => ({ shelf: 'cases' as const, key })))
  details.value = details.value.filter((d) => !gone.includes(d))
}

async function keepCase(detail: Detail): Promise<void> {
  await change({ shelf: 'cases', key: detail.id, value: plain(detail) })
  details.value = [...details.value.filter((d) => d.id !== detail.id), detail]
  if (!navigator.serviceWorker?.controller) return
  for (const photo of detail.evidence) await fetch(photoAddress(detail.id, photo.id)).catch(() => undefined) // the worker keeps it
}

/** One case: from the server, else as it was taken along. */
export function useCase(id: () => string) {
  const found = shallowRef<Detail>()
  const trouble = shallowRef<Problem>()
  const old = ref(false)
  async function load(): Promise<void> {
    found.value ??= details.value.find((d) => d.id === id()) ?? (await take<Detail>('cases', id()))
    try {
      found.value = (await getCase(id())) as Detail
      old.value = false
      trouble.value = undefined
      if (tasks.value.some((one) => one.id === id())) await keepCase(found.value)
    } catch (error) {
      trouble.value = asProblem(error)
      old.value = !!found.value && trouble.value.status <= 0
      if (!old.value) found.value = undefined
    }
  }
  return { found, trouble, old, load }
}
