import type { RouteRecordRaw } from 'vue-router'

export const fenceRoutes: RouteRecordRaw[] = [
  { path: '/fences', component: () => import('./pages/FencesPage.vue'), meta: { title: '围栏与规则', permissions: ['fence.read'] } },
]
