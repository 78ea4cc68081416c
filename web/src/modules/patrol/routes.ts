import type { RouteRecordRaw } from 'vue-router'

export const patrolRoutes: RouteRecordRaw[] = [
  { path: '/patrol', component: () => import('./pages/OnDutyPage.vue'), meta: { title: '在岗', permissions: ['patrol.live'] } },
  { path: '/patrol/trackers', component: () => import('./pages/TrackersPage.vue'), meta: { title: '定位设备', permissions: ['patrol.manage'] } },
  { path: '/patrol/tracks/:officer', component: () => import('./pages/TrackPage.vue'), props: true, meta: { title: '轨迹', permissions: ['patrol.track'] } },
]
