import type { RouteRecordRaw } from 'vue-router'
import { officerCallsRoutes } from '@/modules/calls/routes'
import { officerEvidenceRoutes } from '@/modules/spoof/routes'

export const officerRoutes: RouteRecordRaw[] = [
  ...officerCallsRoutes,
  ...officerEvidenceRoutes,
  { path: '/', component: () => import('./pages/TodayPage.vue'), meta: { title: '今日任务', tab: true } },
  { path: '/report', component: () => import('./pages/ReportPage.vue'), meta: { title: '上报问题' } },
  { path: '/cases/:id', component: () => import('./pages/CasePage.vue'), props: true, meta: { title: '任务' } },
  { path: '/notices', component: () => import('./pages/NoticesPage.vue'), meta: { title: '通知' } },
  { path: '/queue', component: () => import('./pages/QueuePage.vue'), meta: { title: '待发送' } },
  { path: '/reports', component: () => import('./pages/ReportsPage.vue'), meta: { title: '我上报的', tab: true } },
  { path: '/me', component: () => import('./pages/MinePage.vue'), meta: { title: '我的', tab: true } },
  { path: '/duty/data', component: () => import('./pages/OwnDataPage.vue'), meta: { title: '我的轨迹和记录' } },
  { path: '/duty', component: () => import('./pages/DutyPage.vue'), meta: { title: '上岗' } },
  { path: '/shifts', component: () => import('./pages/ShiftsPage.vue'), meta: { title: '我的班次' } },
  { path: '/rounds', component: () => import('./pages/RoundsPage.vue'), meta: { title: '巡查任务' } },
  { path: '/sign-in', component: () => import('./pages/SignInPage.vue'), meta: { title: '登录', bare: true } },
]
