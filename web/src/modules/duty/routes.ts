import type { RouteRecordRaw } from 'vue-router'

const read = ['duty.read']

export const dutyRoutes: RouteRecordRaw[] = [
  {
    path: '/duty', component: () => import('./pages/DutyFrame.vue'), meta: { title: '责任清单', permissions: read },
    children: [
      { path: '', component: () => import('./pages/VersionsPage.vue'), meta: { title: '责任清单', permissions: read } },
      { path: 'precedents', component: () => import('./pages/PrecedentsPage.vue'), meta: { title: '研判判例', permissions: read } },
      { path: 'tasks', component: () => import('./pages/TasksPage.vue'), meta: { title: '履职清单与准入', permissions: read } },
      { path: 'accuracy', component: () => import('./pages/AccuracyPage.vue'), meta: { title: '派遣准确率', permissions: read } },
    ],
  },
  { path: '/duty/versions/:id', component: () => import('./pages/VersionPage.vue'), props: true, meta: { title: '责任清单', permissions: read } },
]
