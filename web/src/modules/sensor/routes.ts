import type { RouteRecordRaw } from 'vue-router'

export const sensorRoutes: RouteRecordRaw[] = [
  { path: '/sensors', component: () => import('./pages/SensorsPage.vue'), meta: { title: '感知设备', permissions: ['sensor.read'] } },
  { path: '/sensors/rules', component: () => import('./pages/SensorRulesPage.vue'), meta: { title: '告警规则', permissions: ['sensor.read'] } },
  { path: '/sensors/sources', component: () => import('./pages/SensorSourcesPage.vue'), meta: { title: '接入平台', permissions: ['sensor.manage'] } },
  { path: '/sensors/:id', component: () => import('./pages/SensorPage.vue'), props: true, meta: { title: '感知设备', permissions: ['sensor.read'] } },
]
