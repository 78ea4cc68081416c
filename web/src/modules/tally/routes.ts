import type { RouteRecordRaw } from 'vue-router'

const permissions = ['tally.read']

export const tallyRoutes: RouteRecordRaw[] = [
  { path: '/stats', component: () => import('./pages/StatsPage.vue'), meta: { title: '统计', permissions } },
  { path: '/stats/list', component: () => import('./pages/FigurePage.vue'), meta: { title: '指标明细', permissions } },
  { path: '/stats/scores', component: () => import('./pages/ScoresPage.vue'), meta: { title: '部门与街道评分', permissions } },
  { path: '/stats/rates', component: () => import('./pages/RatesPage.vue'), meta: { title: '12345 三率', permissions } },
  { path: '/stats/briefs', component: () => import('./pages/BriefsPage.vue'), meta: { title: '日报与月报', permissions } },
  { path: '/stats/briefs/:id', component: () => import('./pages/BriefPage.vue'), props: true, meta: { title: '日报与月报', permissions } },
]
