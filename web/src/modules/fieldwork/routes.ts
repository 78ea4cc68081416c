import type { RouteRecordRaw } from 'vue-router'

const collect = ['fieldwork.collect']

export const fieldworkRoutes: RouteRecordRaw[] = [
  { path: '/appraisal/:id/fieldwork', component: () => import('./pages/FieldworkPage.vue'), props: true, meta: { title: '施测', permissions: ['fieldwork.read', 'fieldwork.manage'] } },
  { path: '/collect', component: () => import('./pages/CollectPage.vue'), meta: { title: '我的访问', permissions: collect } },
  { path: '/collect/interview', component: () => import('./pages/InterviewPage.vue'), props: (route) => ({ invitation: route.query['invitation'] || undefined }), meta: { title: '访问问卷', permissions: collect } },
  { path: '/collect/paper', component: () => import('./pages/PaperPage.vue'), meta: { title: '录入纸质问卷', permissions: collect } },
]
