import type { RouteRecordRaw } from 'vue-router'

export const alarmRoutes: RouteRecordRaw[] = [
  { path: '/alarms', component: () => import('./pages/AlarmsPage.vue'), meta: { title: '告警', permissions: ['alarm.read'], split: true } },
]
