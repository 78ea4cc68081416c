import type { RouteRecordRaw } from 'vue-router'

export const integrityRoutes: RouteRecordRaw[] = [
  {
    path: '/appraisal/:id/integrity', component: () => import('./pages/IntegrityPage.vue'), props: true, meta: { title: '答卷核查', permissions: ['integrity.read'] },
    children: [
      { path: '', component: () => import('./pages/ReviewPage.vue'), props: true },
      { path: 'findings', component: () => import('./pages/FindingsPage.vue'), props: true },
      { path: 'effect', component: () => import('./pages/EffectPage.vue'), props: true },
      { path: 'summary', component: () => import('./pages/SummaryPage.vue'), props: true },
      { path: 'decisions', component: () => import('./pages/DecisionsPage.vue'), props: true },
    ],
  },
]
