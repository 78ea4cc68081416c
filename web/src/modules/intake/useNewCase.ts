import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, reactive, ref, shallowRef, watch } from 'vue'
import { registerCase, type NewCase } from '@/modules/cases/api'
import { failed } from '@/ui/toast'
import { suggest, uploadPhoto, type Draft } from './api'
import { useNewDraft } from './useNewDraft'
import type { Point } from './usePlaceMap'

export interface Photo { ref: string; address: string; file?: Blob }
export interface NewForm { channel: string; source_number: string; title: string; text: string; category: string; urgent: boolean; area_code: string; address: string; name: string; phone: string; anonymous: boolean; recurs_of: string }

/** A case while it is typed in: what is known, what the program proposes meanwhile, and sending it. */
export function useNewCase() {
  const cache = useQueryClient()
  const form = reactive<NewForm>({ channel: 'hotline', source_number: '', title: '', text: '', category: '', urgent: false, area_code: '', address: '', name: '', phone: '', anonymous: false, recurs_of: '' })
  const point = ref<Point | null>(null)
  const photos = shallowRef<Photo[]>([])
  const draft = useNewDraft(form, point, photos)
  const asked = ref<Draft | null>(null)
  let timer = 0

  watch([() => form.text, () => form.category, point, photos], () => {
    window.clearTimeout(timer)
    timer = window.setTimeout(() => {
      const draft: Draft = { text: form.text.trim(), category: form.category, photos: photos.value.map((p) => p.ref), ...(point.value ?? {}) }
      asked.value = draft.text || point.value ? draft : null
    }, 400)
  }, { deep: true })

  const advice = useQuery({ queryKey: ['suggest', asked], queryFn: () => suggest(asked.value!), enabled: () => !!asked.value, placeholderData: (before) => before })
  const add = useMutation({
    mutationFn: async (file: File) => ({ ref: (await uploadPhoto(file)).ref, address: URL.createObjectURL(file), file }),
    onSuccess: (photo) => { photos.value = [...photos.value, photo] },
    onError: failed,
  })
  const missing = computed((): 'text' | 'place' | '' => (!form.text.trim() ? 'text' : !point.value && !form.area_code ? 'place' : ''))
  const send = useMutation({
    mutationFn: (file: boolean) => registerCase(reportOf(file)),
    onSuccess: async () => {
      await draft.forget()
      await cache.invalidateQueries({ queryKey: ['cases'] })
    },
  })

  function reportOf(file: boolean): NewCase {
    const { channel, text, ...rest } = form
    const kept = Object.fromEntries(Object.entries({ source_number: rest.source_number, title: rest.title, category: rest.category, area_code: rest.area_code, address: rest.address, recurs_of: rest.recurs_of })
      .filter(([, value]) => value.trim() !== ''))
    const told = rest.name.trim() || rest.phone.trim()
    return {
      channel: channel as NewCase['channel'], text, ...kept, ...(channel === 'hotline' && rest.source_number ? { source: '12345' } : {}), urgent: rest.urgent, photos: photos.value.map((p) => p.ref), ...(point.value ?? {}),
      ...(told ? { reporter: { name: rest.name.trim(), phone: rest.phone.trim(), anonymous: rest.anonymous, wants_reply: !!rest.phone.trim() } } : {}), file,
    }
  }
  return { form, point, photos, draft, advice: advice.data, asking: advice.isFetching, add, missing, send }
}
