import { createRouter, createWebHistory } from 'vue-router'
import { t } from '@/kit/i18n'
import { me, meetServer } from '@/modules/officer/me'
import { officerRoutes } from '@/modules/officer/routes'

declare module 'vue-router' {
  interface RouteMeta {
    title?: string
    /** Without a session. */
    bare?: boolean
    /** Shows the tabs at the bottom. */
    tab?: boolean
  }
}

export const router = createRouter({
  history: createWebHistory('/m/'),
  routes: [...officerRoutes, { path: '/:rest(.*)*', redirect: '/' }],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

let asked = false

/** Without a network the last person of this phone goes on; the server is asked as soon as it answers. */
router.beforeEach(async (to) => {
  if (!asked) {
    asked = true
    const answer = meetServer()
    if (!me.value) await answer
  }
  if (to.meta.bare) return me.value ? { path: '/' } : true
  return me.value ? true : { path: '/sign-in', query: to.fullPath === '/' ? {} : { next: to.fullPath } }
})

router.afterEach((to) => {
  document.title = to.meta.title ? t(String(to.meta.title)) : t('网格员')
})
