import type { RouteRecordRaw } from 'vue-router'

export const wallRoutes: RouteRecordRaw[] = []
