import type { RouteRecordRaw } from 'vue-router'

export const platformRoutes: RouteRecordRaw[] = [
  { path: '/jobs', component: () => import('./pages/JobsPage.vue'), meta: { title: '任务' } },
  { path: '/notices', component: () => import('./pages/NoticesPage.vue'), meta: { title: '通知' } },
  { path: '/help', component: () => import('./pages/HelpPage.vue'), meta: { title: '帮助' } },
]
