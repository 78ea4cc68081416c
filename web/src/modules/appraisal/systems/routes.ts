import type { RouteRecordRaw } from 'vue-router'

const planners = ['survey.manage', 'appraisal.score']

export const systemRoutes: RouteRecordRaw[] = [
  { path: '/appraisal/systems', component: () => import('./pages/SystemsPage.vue'), meta: { title: '指标体系', permissions: planners } },
  { path: '/appraisal/systems/:version/tree', component: () => import('./pages/SystemPage.vue'), props: true, meta: { title: '指标体系', permissions: planners } },
  { path: '/appraisal/:id/pilot', component: () => import('./pages/PilotPage.vue'), props: true, meta: { title: '试点', permissions: planners } },
]
