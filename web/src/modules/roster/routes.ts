import type { RouteRecordRaw } from 'vue-router'

export const rosterRoutes: RouteRecordRaw[] = []
