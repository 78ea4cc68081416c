import type { RouteRecordRaw } from 'vue-router'

export const cameraRoutes: RouteRecordRaw[] = [
  { path: '/cameras', component: () => import('./pages/CamerasPage.vue'), meta: { title: '摄像机', permissions: ['camera.read'] } },
]
