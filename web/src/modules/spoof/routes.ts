import type { RouteRecordRaw } from 'vue-router'

export const spoofRoutes: RouteRecordRaw[] = [
  { path: '/patrol/evidence', component: () => import('./pages/EvidencePage.vue'), meta: { title: '位置核验', permissions: ['spoof.review'] } },
]

/** In the officers' app. */
export const officerEvidenceRoutes: RouteRecordRaw[] = [
  { path: '/evidence', component: () => import('./pages/OwnEvidencePage.vue'), meta: { title: '位置核对' } },
]
