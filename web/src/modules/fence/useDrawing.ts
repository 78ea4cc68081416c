import { computed, ref, shallowRef, type Ref } from 'vue'
import { areaOf, selfMeeting, type Corner } from './outline'

const smallest = 400 // square metres, as the server asks
const most = 2000

/** A border being drawn: corner after corner, closed, corrected; every step can be undone, and none lets the border meet itself. */
export function useDrawing(corners: Ref<Corner[]>, closed: Ref<boolean>) {
  const past = shallowRef<{ corners: Corner[]; closed: boolean }[]>([])
  const refused = ref<Corner | null>(null)
  const chosen = ref(-1)
  const area = computed(() => (corners.value.length > 2 ? areaOf(corners.value) : 0))
  const small = computed(() => closed.value && area.value < smallest)

  /** Takes a step, or keeps what was and shows where the border would meet itself. */
  function step(next: Corner[], close = closed.value): boolean {
    refused.value = next.length > most ? next.at(-1)! : selfMeeting(next, close)
    if (refused.value) return false
    past.value = [...past.value.slice(-99), { corners: corners.value, closed: closed.value }]
    corners.value = next
    closed.value = close
    return true
  }
  const add = (at: Corner) => !closed.value && step([...corners.value, at])
  const close = () => corners.value.length > 2 && step(corners.value, true)
  const move = (i: number, to: Corner) => step(corners.value.map((c, k) => (k === i ? to : c)))
  const insert = (after: number, at: Corner) => step([...corners.value.slice(0, after + 1), at, ...corners.value.slice(after + 1)])
  function remove(i: number): void {
    if (closed.value && corners.value.length <= 3) return
    if (step(corners.value.filter((_, k) => k !== i))) chosen.value = -1
  }
  function undo(): void {
    const last = past.value.at(-1)
    if (!last) return
    past.value = past.value.slice(0, -1)
    corners.value = last.corners
    closed.value = last.closed
    refused.value = null
    chosen.value = -1
  }
  function clear(): void {
    chosen.value = -1
    if (corners.value.length) step([], false)
  }
  return { refused, chosen, area, small, canUndo: computed(() => past.value.length > 0), add, close, move, insert, remove, undo, clear }
}
export type Drawing = ReturnType<typeof useDrawing>
