import type { RouteRecordRaw } from 'vue-router'

export const spoofRoutes: RouteRecordRaw[] = []
