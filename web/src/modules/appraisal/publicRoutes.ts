import type { RouteRecordRaw } from 'vue-router'

export const appraisalPublicRoutes: RouteRecordRaw[] = [
  { path: '/', component: () => import('./public/PublicHome.vue'), meta: { title: '居民满意度与整改公示' } },
  { path: '/streets/:code', component: () => import('./public/PublicStreet.vue'), props: true, meta: { title: '居民满意度' } },
]
