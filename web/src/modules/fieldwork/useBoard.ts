import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { getBoard, type BoardCell } from './api'
import { groups } from './words'

export interface Street { code: string; name: string; targeted: Sum; online: Sum; groups: Record<string, BoardCell | undefined> }
export interface Sum { n: number; target: number; quota: number; hidden: boolean }

const none = (): Sum => ({ n: 0, target: 0, quota: 0, hidden: false })

function add(to: Sum, cell: BoardCell): void {
  if (cell.n === null || cell.n === undefined) to.hidden = true
  else to.n += cell.n
  to.target += cell.target ?? 0
  to.quota += cell.quota ?? 0
}

/** The progress of a wave, read again every ten seconds while answers come in. */
export function useBoard(wave: () => string) {
  const query = useQuery({ queryKey: ['fieldwork', wave], queryFn: () => getBoard(wave()), refetchInterval: (q) => (q.state.data?.state === 'fieldwork' ? 10_000 : false) })
  const board = computed(() => query.data.value)
  const streets = computed(() => {
    const out = new Map<string, Street>()
    for (const cell of board.value?.cells ?? []) {
      const street = out.get(cell.street) ?? { code: cell.street, name: cell.street_name, targeted: none(), online: none(), groups: {} }
      out.set(cell.street, street)
      add(cell.channel === 'online' ? street.online : street.targeted, cell)
      if (cell.channel === 'targeted') street.groups[cell.group] = cell
    }
    for (const q of board.value?.quotas ?? []) if (q.street && q.channel === 'online' && !q.group && out.has(q.street)) out.get(q.street)!.online.quota = q.most
    return [...out.values()]
  })
  const sum = (of: 'targeted' | 'online') => computed(() => streets.value.reduce((all, s) => ({ n: all.n + s[of].n, target: all.target + s[of].target, quota: all.quota + s[of].quota, hidden: all.hidden || s[of].hidden }), none()))
  const today = computed(() => {
    const last = board.value?.days?.at(-1)
    return last && Date.parse(board.value!.at) - Date.parse(last.day) < 86_400_000 ? last : undefined
  })
  return { query, board, streets, targeted: sum('targeted'), online: sum('online'), today, groups }
}
