import { computed } from 'vue'
import { t } from '@/kit/i18n'
import { can } from '@/kit/session'
import type { IconName } from '@/ui/icons'

export interface NavEntry {
  to: string
  icon: IconName
  words: string
  /** Any one of these permissions shows the entry; none means everyone. */
  permissions: string[]
  /** Starts a new group. */
  apart?: boolean
}

const all = (): NavEntry[] => [
  { to: '/todo', icon: 'todo', words: t('我的待办'), permissions: [] },
  { to: '/cases', icon: 'list', words: t('事件'), permissions: ['cases.read'] },
  { to: '/stats', icon: 'trend', words: t('统计'), permissions: ['tally.read'] },
  { to: '/whistles', icon: 'volume', words: t('吹哨报到'), permissions: ['whistle.read'] },
  { to: '/duty', icon: 'ask', words: t('责任清单'), permissions: ['duty.read'] },
  { to: '/collect', icon: 'inbox', words: t('我的访问'), permissions: ['fieldwork.collect'] },
  { to: '/patrol', icon: 'pin', words: t('在岗'), permissions: ['patrol.live'] },
  { to: '/roster', icon: 'calendar', words: t('排班'), permissions: ['roster.plan'] },
  { to: '/wall', icon: 'monitor', words: t('大屏'), permissions: ['wall.show'] },
  { to: '/rounds', icon: 'target', words: t('巡查'), permissions: ['rounds.read'] },
  { to: '/alarms', icon: 'bell', words: t('告警'), permissions: ['alarm.read'] },
  { to: '/calls', icon: 'phone', words: t('通话'), permissions: ['calls.desk'] },
  { to: '/sensors', icon: 'target', words: t('感知设备'), permissions: ['sensor.read'] },
  { to: '/cameras', icon: 'camera', words: t('摄像机'), permissions: ['camera.read'] },
  { to: '/map', icon: 'map', words: t('地图'), permissions: ['region.read'] },
  { to: '/appraisal', icon: 'score', words: t('考评'), permissions: ['survey.read', 'appraisal.read'] },
  { to: '/rectify', icon: 'loop', words: t('反向清单'), permissions: ['rectify.read'] },
  { to: '/regions', icon: 'grid', words: t('网格'), permissions: ['region.read'] },
  { to: '/admin', icon: 'admin', words: t('管理'), permissions: ['identity.manage', 'security.manage', 'audit.read'], apart: true },
]

/** By task, not by table; only what exists and what the person may see. */
export const navigation = computed(() => all().filter((entry) => !entry.permissions.length || entry.permissions.some(can)))
