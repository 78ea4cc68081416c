import type { RouteRecordRaw } from 'vue-router'

export const citizenPublicRoutes: RouteRecordRaw[] = [
  { path: '/report', component: () => import('./pages/ReportPage.vue'), meta: { title: '我要反映', plain: true } },
  { path: '/follow', component: () => import('./pages/FollowPage.vue'), meta: { title: '我的反映' } },
]
