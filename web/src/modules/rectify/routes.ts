import type { RouteRecordRaw } from 'vue-router'

const read = ['rectify.read']

export const rectifyRoutes: RouteRecordRaw[] = [
  { path: '/todo', component: () => import('./pages/TodoPage.vue'), meta: { title: '我的待办' } },
  { path: '/rectify', component: () => import('./pages/LoopPage.vue'), meta: { title: '反向清单', permissions: read } },
  { path: '/rectify/coding', component: () => import('@/modules/opinion/coding/CodingPage.vue'), meta: { title: '意见归类', permissions: ['opinion.code'] } },
  { path: '/opinion/models', component: () => import('@/modules/opinion/reading/ModelsPage.vue'), meta: { title: '归类模型', permissions: ['opinion.code'] } },
  { path: '/opinion/double', component: () => import('@/modules/opinion/reading/DoublePage.vue'), meta: { title: '归类质量', permissions: ['opinion.code'] } },
  { path: '/opinion/double/:id', component: () => import('@/modules/opinion/reading/BlindPage.vue'), props: true, meta: { title: '第二次编码', permissions: ['opinion.code'] } },
  { path: '/opinion/praise', component: () => import('@/modules/opinion/reading/PraisePage.vue'), meta: { title: '居民表扬', permissions: ['opinion.code'] } },
  { path: '/opinion/matters', component: () => import('@/modules/opinion/coding/MattersPage.vue'), meta: { title: '同一件事', permissions: ['opinion.code'] } },
  { path: '/rectify/opinions', component: () => import('@/modules/opinion/collect/CollectPage.vue'), meta: { title: '其他渠道意见', permissions: ['opinion.import'] } },
  { path: '/rectify/lists', component: () => import('./list/ListsPage.vue'), meta: { title: '问题清单', permissions: read } },
  { path: '/rectify/lists/:id/print', component: () => import('./list/PrintPage.vue'), props: true, meta: { title: '打印清单', permissions: read } },
  { path: '/rectify/lists/:id', component: () => import('./list/ListPage.vue'), props: true, meta: { title: '问题清单', permissions: read } },
  { path: '/rectify/effect', component: () => import('./effect/EffectPage.vue'), meta: { title: '整改成效', permissions: read } },
  { path: '/rectify/duties', component: () => import('./item/DutiesPage.vue'), meta: { title: '今天谁该做什么', permissions: read } },
  { path: '/rectify/rules', component: () => import('./item/RulesPage.vue'), meta: { title: '整改规则与先例', permissions: read } },
  { path: '/rectify/feedback', component: () => import('./release/FeedbackPage.vue'), meta: { title: '居民留言', permissions: ['rectify.page'] } },
  { path: '/rectify/items/:id/page', component: () => import('./release/ReleasePage.vue'), props: true, meta: { title: '公示页', permissions: ['rectify.page', 'rectify.publish'] } },
  { path: '/rectify/items/:id', component: () => import('./pages/ItemPage.vue'), props: true, meta: { title: '整改事项', permissions: read } },
]
