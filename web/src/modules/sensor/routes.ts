import type { RouteRecordRaw } from 'vue-router'

export const sensorRoutes: RouteRecordRaw[] = []
