import { computed, reactive } from 'vue'
import type { HideArea } from '@/api/types'
import type { Camera, CameraSpec } from './api'

/** What the form of a camera holds, whether it is complete, and what it asks to keep. */
export function useCameraForm(camera?: Camera) {
  const form = reactive({
    name: camera?.name ?? '', code: camera?.code ?? '', kind: camera?.kind ?? ('bullet' as Camera['kind']), lat: (camera?.lat ?? '') as number | '', lon: (camera?.lon ?? '') as number | '',
    area: camera?.area_code ?? '', heading: (camera?.heading ?? '') as number | '', address: camera?.address ?? '', whep_url: camera?.whep_url ?? '', hls_url: camera?.hls_url ?? '',
    snapshot_url: camera?.snapshot_url ?? '', masks: (camera?.masks ?? []).map((m) => ({ ...m })) as HideArea[],
  })
  const placed = computed(() => form.lat !== '' && form.lon !== '')
  const right = computed(() => /^\d{10}1[1-3]\d{8}$/.test(form.code))
  const wrongCode = computed(() => form.code.length >= 20 && !right.value)
  const sound = computed(() => !!form.name.trim() && right.value && (placed.value || (!!form.area && form.lat === '' && form.lon === '')))
  const some = (text: string) => text || undefined
  const given = (): CameraSpec => ({
    name: form.name.trim(), code: form.code, kind: form.kind, lat: form.lat === '' ? undefined : form.lat, lon: form.lon === '' ? undefined : form.lon, area_code: some(form.area),
    heading: form.heading === '' ? undefined : form.heading, address: some(form.address.trim()), whep_url: some(form.whep_url), hls_url: some(form.hls_url), snapshot_url: some(form.snapshot_url),
    masks: form.masks, version: camera?.version,
  })
  return { form, sound, given, wrongCode }
}
