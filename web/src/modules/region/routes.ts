import type { RouteRecordRaw } from 'vue-router'

const read = ['region.read']

export const regionRoutes: RouteRecordRaw[] = [
  { path: '/map', component: () => import('./pages/MapPage.vue'), meta: { title: '地图', permissions: read, split: true } },
  { path: '/regions', component: () => import('./pages/RegionsPage.vue'), meta: { title: '网格', permissions: read } },
  { path: '/regions/validation', component: () => import('./pages/ValidationPage.vue'), meta: { title: '校验报告', permissions: read } },
  { path: '/regions/import', component: () => import('./pages/RegionImportPage.vue'), meta: { title: '导入区域', permissions: ['region.manage'] } },
  { path: '/regions/:code', component: () => import('./pages/RegionPage.vue'), props: true, meta: { title: '区域', permissions: read } },
]
