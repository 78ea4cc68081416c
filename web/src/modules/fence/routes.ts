import type { RouteRecordRaw } from 'vue-router'

export const fenceRoutes: RouteRecordRaw[] = []
