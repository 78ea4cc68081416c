import { useMutation, useQueryClient } from '@tanstack/vue-query'
import { reduced } from '@/kit/photo'
import { failed } from '@/ui/toast'
import { addPhoto, showPhoto } from './api'
import type { Phase } from './photos'

/** Adding photos to a case and saying who may see them. Pictures are made small before they are sent. */
export function usePhotos(id: () => string) {
  const cache = useQueryClient()
  const refresh = () => cache.invalidateQueries({ queryKey: ['case'] })
  const upload = useMutation({
    mutationFn: async ({ file, phase, part }: { file: File; phase: Phase; part?: string }) => addPhoto(id(), await reduced(file, true), phase, part),
    onSuccess: refresh,
    onError: failed,
  })
  const show = useMutation({ mutationFn: ({ photo, on }: { photo: string; on: boolean }) => showPhoto(id(), photo, on ? 'show' : 'hide'), onSuccess: refresh, onError: failed })
  return { upload, show }
}
