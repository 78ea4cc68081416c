import { t } from '@/kit/i18n'
import type { Call, Party } from './api'

export const endingName = (ending?: string): string => ({
  hung_up: t('已通话'), declined: t('对方没接'), busy: t('对方正忙'), missed: t('无人接听'), cancelled: t('已取消'), lost: t('断线结束'), by_centre: t('由指挥中心结束'),
})[ending ?? ''] ?? t('通话结束')

export const standingName = (party: Party): string => ({
  ringing: t('正在呼叫'), joined: party.held ? t('保持中') : party.lost_at ? t('正在连接') : t('通话中'), declined: t('没有接'), busy: t('正忙'), missed: t('无人接听'), cancelled: t('已取消'), left: t('已离开'), lost: t('已断线'),
})[party.state] ?? party.state

/** 3:07 since an instant. */
export function lasting(from: string | undefined, until: number): string {
  const seconds = from ? Math.max(0, Math.floor((until - Date.parse(from)) / 1000)) : 0
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

export const callerOf = (call: Call): Party | undefined => call.parties.find((p) => p.user_id === call.caller_id)
