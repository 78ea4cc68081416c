import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, ref } from 'vue'
import { countSources, importOpinions, listImports, listOpinions, type OpinionImport, type Source } from './api'

/** Opinions from meetings, hotline, letter boxes and visits: files checked first, then taken; what became of each. */
export function useCollect(wave: () => string, source: () => string) {
  const cache = useQueryClient()
  const files = ref<File[]>([])
  const outcome = ref<OpinionImport | null>(null)
  const refresh = () => Promise.all(['opinions', 'opinion-imports', 'opinion-sources', 'comments', 'loop'].map((key) => cache.invalidateQueries({ queryKey: [key] })))
  const run = useMutation({
    mutationFn: ({ as, area, dryRun }: { as: Source; area: string; dryRun: boolean }) => importOpinions(files.value[0]!, wave(), as, area, dryRun),
    onSuccess: async (made) => { outcome.value = made; await refresh() },
  })
  const history = useQuery({ queryKey: ['opinion-imports'], queryFn: listImports })
  const counts = useQuery({ queryKey: ['opinion-sources', wave], queryFn: () => countSources(wave()), enabled: () => !!wave() })
  const list = useInfiniteQuery({
    queryKey: ['opinions', wave, source],
    queryFn: ({ pageParam }) => listOpinions({ wave: wave(), source: source() || undefined, limit: 50, cursor: pageParam || undefined }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor || undefined,
    enabled: () => !!wave(),
  })
  const again = () => { files.value = []; outcome.value = null; run.reset() }
  return {
    files, outcome, run, history, counts, list, refresh, again,
    opinions: computed(() => list.data.value?.pages.flatMap((page) => page.items) ?? []), total: computed(() => list.data.value?.pages[0]?.total),
    checked: computed(() => outcome.value?.dry_run === true), finished: computed(() => outcome.value?.dry_run === false),
  }
}
