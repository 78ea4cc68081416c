import type { RouteRecordRaw } from 'vue-router'

export const callsRoutes: RouteRecordRaw[] = []
