import { onBeforeUnmount, ref, type Ref } from 'vue'

/** Moves an instant along a time at a chosen speed; ends at its end. */
export function usePlayer(first: Ref<number>, last: Ref<number>) {
  const at = ref(0)
  const speed = ref(60)
  const playing = ref(false)
  let frame = 0
  let before = 0

  function step(now: number): void {
    if (!playing.value) return
    at.value = Math.min(last.value, at.value + (now - before) * speed.value)
    before = now
    if (at.value >= last.value) pause()
    else frame = requestAnimationFrame(step)
  }
  function play(): void {
    if (playing.value || last.value <= first.value) return
    if (at.value >= last.value || at.value < first.value) at.value = first.value
    playing.value = true
    before = performance.now()
    frame = requestAnimationFrame(step)
  }
  function pause(): void { playing.value = false; cancelAnimationFrame(frame) }
  const go = (to: number) => { at.value = Math.max(first.value, Math.min(last.value, to)) }
  onBeforeUnmount(pause)
  return { at, speed, playing, toggle: () => (playing.value ? pause() : play()), pause, go }
}
