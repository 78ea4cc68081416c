import { createRouter, createWebHistory } from 'vue-router'
import { t } from '@/kit/i18n'
import { appraisalPublicRoutes } from '@/modules/appraisal/publicRoutes'
import { rectifyPublicRoutes } from '@/modules/rectify/publicRoutes'

export const router = createRouter({
  history: createWebHistory('/p/'),
  routes: [...appraisalPublicRoutes, ...rectifyPublicRoutes, { path: '/:rest(.*)*', redirect: '/' }],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

router.afterEach((to) => {
  document.title = to.meta.title ? t(String(to.meta.title)) : t('居民满意度与整改公示')
})
