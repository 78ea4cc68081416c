import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, reactive, watch } from 'vue'
import type { HideArea, PageShot, PageTexts, PageView } from '@/api/types'
import { t } from '@/kit/i18n'
import { done, failed } from '@/ui/toast'
import { decideShot, getPage, publishPage, retractPage, submitPage, takeBackPage, writePage } from './api'

const fields = ['title', 'said', 'place', 'measure', 'outcome', 'reply'] as const

/** The public page of one item in work: texts as they are typed, and the steps to publication. */
export function useRelease(id: () => string) {
  const cache = useQueryClient()
  const key = () => ['release', id()]
  const query = useQuery({ queryKey: ['release', id], queryFn: () => getPage(id()) })
  const page = computed(() => query.data.value)
  const texts = reactive<PageTexts>({ title: '', said: '', place: '', measure: '', outcome: '', reply: '' })
  const changed = computed(() => !!page.value && fields.some((name) => texts[name] !== page.value![name]))
  // What the server masked or somebody else wrote shows at once; what is being typed is not touched until it is kept.
  watch(page, (now, before) => { if (now && (!before || now.version !== before.version)) for (const name of fields) texts[name] = now[name] })

  const keep = (view: PageView) => cache.setQueryData(key(), view)
  const trouble = (error: unknown) => { failed(error); void query.refetch() }
  const step = <In>(run: (input: In) => Promise<unknown>, words: () => string) => useMutation({
    mutationFn: async (input: In) => {
      if (changed.value && page.value!.may.includes('write')) keep(await writePage(id(), { ...texts }, page.value!.version))
      return run(input)
    },
    onSuccess: async (view) => {
      if (view && typeof view === 'object' && 'shots' in view) keep(view as PageView)
      else await query.refetch()
      for (const name of ['item', 'items', 'todo', 'loop']) void cache.invalidateQueries({ queryKey: [name] })
      done(words())
    },
    onError: trouble,
  })

  return {
    query, page, texts, changed,
    write: step(async () => page.value!, () => t('已保存，姓名电话等已自动遮盖')),
    decide: step(({ shot, shown, areas }: { shot: PageShot; shown: boolean; areas: HideArea[] }) => decideShot(id(), shot.evidence_id, { version: page.value!.version, shown, areas, caption: shot.caption }), () => t('这张照片已决定')),
    submit: step(() => submitPage(id(), page.value!.version), () => t('已提交，等另一人发布')),
    takeBack: step((note: string) => takeBackPage(id(), note, page.value!.version), () => t('已退回修改')),
    publish: step(() => publishPage(id(), page.value!.item.version, page.value!.version), () => t('已公示')),
    retract: step((note: string) => retractPage(id(), page.value!.item.version, note), () => t('已撤下')),
  }
}
