import type { RouteRecordRaw } from 'vue-router'

export const clockPublicRoutes: RouteRecordRaw[] = [
  { path: '/suspensions', component: () => import('./public/PublicSuspensions.vue'), meta: { title: '暂缓办理的事' } },
  { path: '/forced', component: () => import('./public/PublicForced.vue'), meta: { title: '强制结案与作废公示' } },
]
