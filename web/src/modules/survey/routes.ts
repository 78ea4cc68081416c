import type { RouteRecordRaw } from 'vue-router'

const read = ['survey.read', 'appraisal.read']

export const surveyRoutes: RouteRecordRaw[] = [
  { path: '/appraisal', component: () => import('./pages/WavesPage.vue'), meta: { title: '考评', permissions: read } },
  { path: '/appraisal/new', component: () => import('./pages/NewWavePage.vue'), meta: { title: '新建考评', permissions: ['survey.manage'] } },
  { path: '/appraisal/:id', component: () => import('./pages/WavePage.vue'), props: true, meta: { title: '考评', permissions: read } },
  { path: '/appraisal/:id/plan', component: () => import('./pages/PlanPage.vue'), props: true, meta: { title: '方案', permissions: ['survey.read'] } },
  { path: '/appraisal/:id/import', component: () => import('./pages/ImportPage.vue'), props: true, meta: { title: '导入答卷', permissions: ['survey.import'] } },
]
