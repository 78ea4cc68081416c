import { createRouter, createWebHistory } from 'vue-router'
import { t } from '@/kit/i18n'
import { answerPublicRoutes } from '@/modules/answer/publicRoutes'
import { appraisalPublicRoutes } from '@/modules/appraisal/publicRoutes'
import { clockPublicRoutes } from '@/modules/cases/clock/publicRoutes'
import { citizenPublicRoutes } from '@/modules/citizen/publicRoutes'
import { rectifyPublicRoutes } from '@/modules/rectify/publicRoutes'

declare module 'vue-router' {
  interface RouteMeta {
    title?: string
    /** The page says itself what works without a network. */
    plain?: boolean
  }
}

export const router = createRouter({
  history: createWebHistory('/p/'),
  routes: [...answerPublicRoutes, ...citizenPublicRoutes, ...clockPublicRoutes, ...appraisalPublicRoutes, ...rectifyPublicRoutes, { path: '/:rest(.*)*', redirect: '/' }],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

router.afterEach((to) => {
  document.title = to.meta.title ? t(String(to.meta.title)) : t('居民满意度与整改公示')
})
