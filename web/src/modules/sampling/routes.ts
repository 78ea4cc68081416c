import type { RouteRecordRaw } from 'vue-router'

const read = ['sampling.read']

export const samplingRoutes: RouteRecordRaw[] = [
  { path: '/appraisal/frames', component: () => import('./pages/FramesPage.vue'), meta: { title: '名册', permissions: read } },
  { path: '/appraisal/size', component: () => import('./pages/CalculatorPage.vue'), meta: { title: '样本量', permissions: read } },
  { path: '/appraisal/:id/sampling', component: () => import('./pages/SamplingPage.vue'), props: true, meta: { title: '抽样', permissions: read } },
  { path: '/appraisal/:id/sampling/list', component: () => import('./pages/InvitationsPage.vue'), props: true, meta: { title: '样本名单', permissions: read } },
]
