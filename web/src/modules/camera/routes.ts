import type { RouteRecordRaw } from 'vue-router'

export const cameraRoutes: RouteRecordRaw[] = []
