import type { RouteRecordRaw } from 'vue-router'

export const reportRoutes: RouteRecordRaw[] = [
  { path: '/appraisal/:id/report', component: () => import('./pages/ReportPage.vue'), props: true, meta: { title: '报告与数据', permissions: ['report.read', 'report.freeze', 'report.data'] } },
  { path: '/appraisal/report-template', component: () => import('./pages/TemplatePage.vue'), meta: { title: '报告模板', permissions: ['report.freeze'] } },
]
