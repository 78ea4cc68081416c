import type { RouteRecordRaw } from 'vue-router'

export const callsRoutes: RouteRecordRaw[] = [
  { path: '/calls', component: () => import('./pages/CallsPage.vue'), meta: { title: '通话记录', permissions: ['calls.desk', 'calls.record'] } },
  { path: '/calls/test', component: () => import('./pages/TrialPage.vue'), meta: { title: '通话自检', permissions: ['calls.call'] } },
]

/** In the officers' face. */
export const officerCallsRoutes: RouteRecordRaw[] = [
  { path: '/calls', component: () => import('./pages/OfficerCallsPage.vue'), meta: { title: '通话' } },
  { path: '/call-test', component: () => import('./pages/OfficerTrialPage.vue'), meta: { title: '通话自检' } },
]
