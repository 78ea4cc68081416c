import type { RouteRecordRaw } from 'vue-router'

export const rectifyPublicRoutes: RouteRecordRaw[] = [
  { path: '/rectified/:street?', component: () => import('./public/PublicRectified.vue'), props: true, meta: { title: '大家说的，改得怎样' } },
  { path: '/items/:id', component: () => import('./public/PublicItem.vue'), props: true, meta: { title: '改得怎样' } },
]
