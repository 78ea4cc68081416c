import { computed, type Ref } from 'vue'
import type { Wave } from '@/api/types'

/** The wave whose issues are worked on: the asked one, else the newest published one, else the newest with comments. */
export function useLoopWave(waves: Ref<Wave[]>, asked: () => string | undefined) {
  return computed(() => {
    const wanted = asked()
    if (wanted && waves.value.some((w) => w.id === wanted)) return wanted
    const published = waves.value.find((w) => w.state === 'published')
    return (published ?? waves.value.find((w) => w.counts.comments > 0) ?? waves.value[0])?.id ?? ''
  })
}

/** The wave whose effect is looked at: the asked one, else the newest that a later published one can be compared with. */
export function useComparedWave(waves: Ref<Wave[]>, asked: () => string | undefined) {
  const loop = useLoopWave(waves, asked)
  return computed(() => {
    const over = waves.value.filter((w) => w.state === 'published' || w.state === 'archived')
    return (asked() ? undefined : over[1]?.id) ?? loop.value
  })
}
