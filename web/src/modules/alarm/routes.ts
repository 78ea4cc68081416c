import type { RouteRecordRaw } from 'vue-router'

export const alarmRoutes: RouteRecordRaw[] = []
