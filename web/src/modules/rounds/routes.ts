import type { RouteRecordRaw } from 'vue-router'

export const roundsRoutes: RouteRecordRaw[] = []
