import { useQuery } from '@tanstack/vue-query'
import { computed, onScopeDispose, watch } from 'vue'
import { queryClient } from '@/kit/query'
import { useStream } from '@/kit/useStream'
import { listSos } from './sosApi'

/** Calls for help that have not ended, as they come; an unanswered one sounds every three seconds. */
export function useSos() {
  const query = useQuery({ queryKey: ['sos'], queryFn: listSos, refetchInterval: 10_000 })
  const refresh = () => void queryClient.invalidateQueries({ queryKey: ['sos'] })
  useStream({ sos: refresh, reload: refresh }, 'always')
  const open = computed(() => (query.data.value?.items ?? []).filter((one) => one.state !== 'resolved'))
  const unanswered = computed(() => open.value.some((one) => one.state === 'open'))
  let timer: ReturnType<typeof setInterval> | undefined
  watch(unanswered, (rings) => {
    clearInterval(timer)
    if (!rings) return
    beep()
    timer = setInterval(beep, 3_000)
  }, { immediate: true })
  onScopeDispose(() => clearInterval(timer))
  return { open, refresh }
}

/** Two short tones; browsers that want a touch first stay silent until then. */
function beep(): void {
  try {
    const sound = new AudioContext()
    for (const [at, pitch] of [[0, 880], [0.25, 660]] as const) {
      const tone = sound.createOscillator()
      const level = sound.createGain()
      tone.frequency.value = pitch
      level.gain.setValueAtTime(0.2, sound.currentTime + at)
      level.gain.exponentialRampToValueAtTime(0.001, sound.currentTime + at + 0.22)
      tone.connect(level).connect(sound.destination)
      tone.start(sound.currentTime + at)
      tone.stop(sound.currentTime + at + 0.25)
    }
    setTimeout(() => void sound.close(), 800)
  } catch { /* no sound here: the band says it */ }
}
