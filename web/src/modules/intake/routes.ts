import type { RouteRecordRaw } from 'vue-router'

export const intakeRoutes: RouteRecordRaw[] = [
  { path: '/cases/new', component: () => import('./pages/NewCasePage.vue'), meta: { title: '登记事件', permissions: ['cases.report'] } },
  { path: '/cases/import', component: () => import('./pages/TicketImportPage.vue'), meta: { title: '热线工单', permissions: ['intake.import'] } },
  { path: '/cases/hotspots', component: () => import('./pages/HotspotsPage.vue'), meta: { title: '热点', permissions: ['cases.read'] } },
  { path: '/cases/:id/duplicates', component: () => import('./pages/DuplicatesPage.vue'), props: true, meta: { title: '查重与并案', permissions: ['cases.merge'] } },
]
