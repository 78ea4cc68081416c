import type { RouteRecordRaw } from 'vue-router'

export const appraisalRoutes: RouteRecordRaw[] = [
  {
    path: '/appraisal/:id/scores', component: () => import('./pages/ScoresPage.vue'), props: true, meta: { title: '考评成绩', permissions: ['appraisal.read', 'appraisal.score', 'appraisal.publish'] },
    children: [
      { path: '', component: () => import('./pages/StreetScores.vue'), props: true },
      { path: 'indicators', component: () => import('./pages/IndicatorScores.vue'), props: true, meta: { title: '指标' } },
      { path: 'groups', component: () => import('./pages/GroupScores.vue'), props: true, meta: { title: '群体与渠道' } },
      { path: 'communities', component: () => import('./pages/CommunityScores.vue'), props: true, meta: { title: '社区' } },
      { path: 'slices', component: () => import('./pages/SliceScores.vue'), props: true, meta: { title: '切片' } },
      {
        path: 'analysis', component: () => import('./pages/AnalysisFrame.vue'), props: true, meta: { title: '分析' },
        children: [
          { path: '', redirect: (to) => `/appraisal/${String(to.params.id)}/scores/analysis/change` },
          { path: 'change', component: () => import('./pages/ChangeAnalysis.vue'), props: true, meta: { title: '升降' } },
          { path: 'drivers', component: () => import('./pages/DriverAnalysis.vue'), props: true, meta: { title: '驱动因素' } },
          { path: 'levels', component: () => import('./pages/LevelAnalysis.vue'), props: true, meta: { title: '三级评价' } },
          { path: 'costs', component: () => import('./pages/CostAnalysis.vue'), props: true, meta: { title: '投入产出' } },
          { path: 'quality', component: () => import('./pages/QualityAnalysis.vue'), props: true, meta: { title: '测得准不准' } },
        ],
      },
    ],
  },
]
