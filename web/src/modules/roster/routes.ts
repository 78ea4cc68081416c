import type { RouteRecordRaw } from 'vue-router'

export const rosterRoutes: RouteRecordRaw[] = [
  { path: '/roster', component: () => import('./pages/RosterPage.vue'), meta: { title: '排班', permissions: ['roster.read'] } },
]
