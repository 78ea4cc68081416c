import type { RouteRecordRaw } from 'vue-router'

const read = ['cases.read']

export const clockRoutes: RouteRecordRaw[] = [
  { path: '/cases/requests', component: () => import('./pages/RequestsPage.vue'), meta: { title: '延期与挂账审批', permissions: read } },
  { path: '/cases/suspensions', component: () => import('./pages/SuspensionsPage.vue'), meta: { title: '挂账台账', permissions: read } },
  { path: '/cases/limits', component: () => import('./pages/LimitsPage.vue'), meta: { title: '时限标准', permissions: read } },
  { path: '/cases/emergency', component: () => import('./pages/EmergencyPage.vue'), meta: { title: '应急响应', permissions: read } },
]
