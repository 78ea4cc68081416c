import type { RouteRecordRaw } from 'vue-router'

export const rectifyPublicRoutes: RouteRecordRaw[] = [
  { path: '/rectified/:street?', component: () => import('./public/PublicRectified.vue'), props: true, meta: { title: '大家说的，改得怎样' } },
  { path: '/items/:id', component: () => import('./public/PublicItem.vue'), props: true, meta: { title: '改得怎样' } },
  { path: '/judge', component: () => import('./item/JudgePage.vue'), meta: { title: '请看看改好了没有' } },
  { path: '/suspended', component: () => import('./item/SuspendedPage.vue'), meta: { title: '挂账公示' } },
]
