import { ref, shallowRef } from 'vue'
import { asProblem, type Problem } from '@/kit/problem'
import { answer, appeal, comment, follow } from './api'
import type { Followed, Verdict } from './model'

/** One report followed by its code: what became of it, and what its reporter may still say. */
export function useFollow(code: () => string) {
  const found = shallowRef<Followed>()
  const problem = shallowRef<Problem>()
  const failed = shallowRef<Problem>()
  const busy = ref(false)
  const at = ref(0)

  async function load(): Promise<void> {
    busy.value = true
    try {
      found.value = await follow(code())
      at.value = Date.now()
      problem.value = undefined
    } catch (error) {
      problem.value = asProblem(error)
      if (problem.value.status > 0) found.value = undefined
    }
    busy.value = false
  }

  /** Sends words or a verdict; true when they arrived. */
  async function say(send: () => Promise<Followed>): Promise<boolean> {
    busy.value = true
    failed.value = undefined
    try {
      found.value = await send()
      return true
    } catch (error) {
      failed.value = asProblem(error)
      if (failed.value.status === 409) await load()
      return false
    } finally {
      busy.value = false
    }
  }

  return {
    found, problem, failed, busy, at, load,
    judge: (verdict: Verdict) => say(() => answer(code(), verdict)),
    object: (words: string) => say(() => appeal(code(), words)),
    add: (words: string) => say(() => comment(code(), words)),
  }
}
