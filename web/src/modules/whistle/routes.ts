import type { RouteRecordRaw } from 'vue-router'

const read = ['whistle.read']

export const whistleRoutes: RouteRecordRaw[] = [
  { path: '/whistles', component: () => import('./pages/WhistlesPage.vue'), meta: { title: '吹哨报到', permissions: read } },
  { path: '/whistles/scores', component: () => import('./pages/ScoresPage.vue'), meta: { title: '部门应哨情况', permissions: read } },
  { path: '/whistles/limits', component: () => import('./pages/LimitsPage.vue'), meta: { title: '吹哨时限', permissions: read } },
  { path: '/whistles/:id', component: () => import('./pages/WhistlePage.vue'), props: true, meta: { title: '吹哨报到', permissions: read } },
]
