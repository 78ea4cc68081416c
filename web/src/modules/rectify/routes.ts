import type { RouteRecordRaw } from 'vue-router'

const read = ['rectify.read']

export const rectifyRoutes: RouteRecordRaw[] = [
  { path: '/todo', component: () => import('./pages/TodoPage.vue'), meta: { title: '我的待办' } },
  { path: '/rectify', component: () => import('./pages/LoopPage.vue'), meta: { title: '反向清单', permissions: read } },
  { path: '/rectify/coding', component: () => import('./pages/CodingPage.vue'), meta: { title: '意见归类', permissions: ['opinion.code'] } },
  { path: '/rectify/items/:id', component: () => import('./pages/ItemPage.vue'), props: true, meta: { title: '整改事项', permissions: read } },
]
