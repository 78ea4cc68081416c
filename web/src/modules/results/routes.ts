import type { RouteRecordRaw } from 'vue-router'

const read = ['results.read', 'results.manage', 'results.sign']

export const resultsRoutes: RouteRecordRaw[] = [
  { path: '/appraisal/results', component: () => import('./pages/SettlementsPage.vue'), meta: { title: '结果运用', permissions: read } },
  { path: '/appraisal/results/:id', component: () => import('./pages/SettlementPage.vue'), props: true, meta: { title: '结果运用', permissions: read } },
  { path: '/appraisal/:id/streets/:street', component: () => import('./pages/WhyPage.vue'), props: true, meta: { title: '为什么是这个位置', permissions: ['appraisal.read', 'appraisal.score'] } },
]
