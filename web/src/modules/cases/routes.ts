import type { RouteRecordRaw } from 'vue-router'
import { clockRoutes } from './clock/routes'

const read = ['cases.read']

export const caseRoutes: RouteRecordRaw[] = [
  { path: '/cases', component: () => import('./pages/DeskPage.vue'), meta: { title: '事件', permissions: read, split: true } },
  { path: '/cases/exports', component: () => import('@/modules/desk/pages/ExportsPage.vue'), meta: { title: '导出申请与审批', permissions: ['desk.export', 'desk.approve_export'] } },
  { path: '/cases/templates', component: () => import('@/modules/desk/pages/TemplatesPage.vue'), meta: { title: '常用语', permissions: ['desk.use'] } },
  ...clockRoutes,
  { path: '/cases/:id/print', component: () => import('./pages/PrintPage.vue'), props: true, meta: { title: '事件办理单', permissions: read } },
  { path: '/cases/:id', component: () => import('./pages/CasePage.vue'), props: true, meta: { title: '事件', permissions: read } },
]
