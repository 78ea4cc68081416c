import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed } from 'vue'
import { t } from '@/kit/i18n'
import { session } from '@/kit/session'
import { done, failed } from '@/ui/toast'
import { closeFrame, dropFrame, importFrame, listFrames, makeFrame, type Frame } from './api'

/** The lists of everybody who can be drawn, and what can be done with them. */
export function useFrames() {
  const cache = useQueryClient()
  const area = computed(() => session.value?.areas[0]?.code.slice(0, 6) ?? '')
  const query = useQuery({ queryKey: ['frames'], queryFn: listFrames })
  const refresh = () => void cache.invalidateQueries({ queryKey: ['frames'] })
  const step = <T>(run: (input: T) => Promise<unknown>, words: () => string) =>
    useMutation({ mutationFn: run, onSuccess: () => { done(words()); refresh() }, onError: (error) => { failed(error); refresh() } })
  const make = step((name: string) => makeFrame(area.value, name), () => t('名册已建立，核对后封存'))
  const close = step((f: Frame) => closeFrame(f), () => t('名册已封存'))
  const drop = step(({ frame, reason }: { frame: Frame; reason: string }) => dropFrame(frame, reason), () => t('名册已作废，地址已删除'))
  const upload = useMutation({
    mutationFn: (of: { file: File; kind: 'household' | 'unit'; name: string; dry_run: boolean }) => importFrame(of.file, { area: area.value, kind: of.kind, name: of.name, dry_run: of.dry_run }),
    onSuccess: refresh,
  })
  return { query, frames: computed(() => query.data.value?.items ?? []), make, close, drop, upload }
}
