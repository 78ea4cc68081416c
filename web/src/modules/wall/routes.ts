import type { RouteRecordRaw } from 'vue-router'

export const wallRoutes: RouteRecordRaw[] = [
  { path: '/wall', component: () => import('./pages/ScreensPage.vue'), meta: { title: '大屏', permissions: ['wall.show'] } },
]
