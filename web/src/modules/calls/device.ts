import { newId } from '@/kit/newId'

const key = 'yiwang.calls.page'
/** This page, as the server tells a person's pages apart; it stays through a reload. */
export const device: string = sessionStorage.getItem(key) ?? newId()
sessionStorage.setItem(key, device)
