import { ref } from 'vue'
import { t } from '@/kit/i18n'
import type { Call } from './api'
import { callerOf } from './words'

/**
 * A call that rings while the page is not in front is shown by the system: a click brings the page there. It needs the person's permission,
 * and a page that the phone still lets run; a page that was stopped hears nothing.
 */
export type Allowed = 'granted' | 'denied' | 'default' | 'none'
const now = (): Allowed => (typeof Notification === 'undefined' ? 'none' : Notification.permission)
export const allowed = ref<Allowed>(now())

/** Asks for the permission; browsers show their question only after a click. */
export async function allow(): Promise<void> {
  if (allowed.value === 'default') await Notification.requestPermission()
  allowed.value = now()
}

const shown = new Map<string, Notification>()
const away = () => document.hidden || !document.hasFocus()
const worker = () => navigator.serviceWorker?.getRegistration().catch(() => undefined)

export async function showRing(call: Call): Promise<void> {
  if (!away() || now() !== 'granted' || shown.has(call.id)) return
  const caller = callerOf(call)
  const title = t('来电：{name}', { name: [caller?.unit_name, caller?.name].filter(Boolean).join(' ') })
  const options = { body: call.reason || (call.kind === 'video' ? t('视频来电') : t('语音来电')), tag: call.id, requireInteraction: true, icon: '/m/icon.svg' }
  try {
    const kept = await worker()
    if (kept) return await kept.showNotification(title, options)
    const one = new Notification(title, options)
    one.onclick = () => { window.focus(); one.close() }
    shown.set(call.id, one)
  } catch { /* phones show them through the worker only */ }
}

export async function hideRing(id: string): Promise<void> {
  shown.get(id)?.close()
  shown.delete(id)
  for (const one of (await (await worker())?.getNotifications({ tag: id })) ?? []) one.close()
}
