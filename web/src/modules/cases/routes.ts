import type { RouteRecordRaw } from 'vue-router'
import { clockRoutes } from './clock/routes'

const read = ['cases.read']

export const caseRoutes: RouteRecordRaw[] = [
  { path: '/cases', component: () => import('./pages/DeskPage.vue'), meta: { title: '事件', permissions: read, split: true } },
  { path: '/cases/templates', component: () => import('@/modules/desk/pages/TemplatesPage.vue'), meta: { title: '常用语', permissions: ['desk.use'] } },
  ...clockRoutes,
  { path: '/cases/:id/print', component: () => import('./pages/PrintPage.vue'), props: true, meta: { title: '事件办理单', permissions: read } },
  { path: '/cases/:id', component: () => import('./pages/CasePage.vue'), props: true, meta: { title: '事件', permissions: read } },
]
