import type { RouteRecordRaw } from 'vue-router'

export const appraisalRoutes: RouteRecordRaw[] = [
  {
    path: '/appraisal/:id/scores', component: () => import('./pages/ScoresPage.vue'), props: true, meta: { title: '考评成绩', permissions: ['appraisal.read'] },
    children: [
      { path: '', component: () => import('./pages/StreetScores.vue'), props: true },
      { path: 'indicators', component: () => import('./pages/IndicatorScores.vue'), props: true, meta: { title: '指标' } },
      { path: 'groups', component: () => import('./pages/GroupScores.vue'), props: true, meta: { title: '群体与渠道' } },
    ],
  },
]
