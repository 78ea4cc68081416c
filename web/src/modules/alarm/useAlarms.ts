import { useQuery } from '@tanstack/vue-query'
import { computed, onScopeDispose, reactive } from 'vue'
import { queryClient } from '@/kit/query'
import { area } from '@/kit/session'
import { usePages } from '@/kit/usePages'
import { useStream } from '@/kit/useStream'
import { countAlarms, listAlarms, type AlarmFilter, type Severity } from './api'

/** The alarms of the chosen area as they come and go. */
export function useAlarms() {
  const chosen = reactive<{ state: 'active' | 'cleared' | 'all'; severity: '' | Severity; source: string; unseen: boolean }>({ state: 'active', severity: '', source: '', unseen: false })
  const filter = computed<AlarmFilter>(() => ({ state: chosen.state, severity: chosen.severity || undefined, source: chosen.source || undefined, unseen: chosen.unseen || undefined, area: area.value?.code }))
  const pages = usePages(['alarms', filter], (cursor) => listAlarms(filter.value, cursor))
  const summary = useQuery({ queryKey: ['alarms', 'summary', () => area.value?.code], queryFn: () => countAlarms(area.value?.code), refetchInterval: 30_000 })
  useFreshAlarms()
  return { chosen, filter, ...pages, summary }
}

/** Asks for alarms again when one is raised, acknowledged or cleared, at most every second. */
export function useFreshAlarms(): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const refresh = () => {
    timer ??= setTimeout(() => {
      timer = undefined
      void queryClient.invalidateQueries({ queryKey: ['alarms'] })
      void queryClient.invalidateQueries({ queryKey: ['alarm'] })
    }, 1000)
  }
  useStream({ alarm: refresh, reload: refresh })
  onScopeDispose(() => clearTimeout(timer))
}
