import type { RouteRecordRaw } from 'vue-router'

const page = () => import('./pages/ExportsPage.vue')
const cases = ['desk.export', 'desk.approve_export']
const tracks = ['patrol.export', 'patrol.approve_export']

/** One page: every kind for whoever decides, one kind where its work is done. */
export const exportRoutes: RouteRecordRaw[] = [
  { path: '/exports', component: page, meta: { title: '导出申请与审批', permissions: [...cases, ...tracks, 'rectify.merge', 'rectify.approve'] } },
  { path: '/cases/exports', component: page, props: { kind: 'case' }, meta: { title: '导出申请与审批', permissions: cases } },
  { path: '/patrol/exports', component: page, props: { kind: 'track' }, meta: { title: '轨迹导出', permissions: tracks } },
]
