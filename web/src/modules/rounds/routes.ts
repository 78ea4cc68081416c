import type { RouteRecordRaw } from 'vue-router'

export const roundsRoutes: RouteRecordRaw[] = [
  { path: '/rounds', component: () => import('./pages/CoveragePage.vue'), meta: { title: '巡查', permissions: ['rounds.read'] } },
  { path: '/rounds/tasks', component: () => import('./pages/TasksPage.vue'), meta: { title: '巡查任务', permissions: ['rounds.read'] } },
  { path: '/rounds/points', component: () => import('./pages/PointsPage.vue'), meta: { title: '巡查点位', permissions: ['rounds.read'] } },
]
