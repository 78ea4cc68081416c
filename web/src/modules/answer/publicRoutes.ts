import type { RouteRecordRaw } from 'vue-router'

export const answerPublicRoutes: RouteRecordRaw[] = [
  { path: '/q/:code', component: () => import('./pages/AnswerPage.vue'), props: true, meta: { title: '居民满意度问卷', plain: true } },
  { path: '/q', component: () => import('./pages/EntryPage.vue'), meta: { title: '居民满意度问卷', plain: true } },
]
