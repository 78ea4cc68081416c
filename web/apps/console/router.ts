import { createRouter, createWebHistory } from 'vue-router'
import { t } from '@/kit/i18n'
import { can, loadSession, session } from '@/kit/session'
import { appraisalRoutes } from '@/modules/appraisal/routes'
import { systemRoutes } from '@/modules/appraisal/systems/routes'
import { caseRoutes } from '@/modules/cases/routes'
import { dutyRoutes } from '@/modules/duty/routes'
import { exportRoutes } from '@/modules/export/routes'
import { fieldworkRoutes } from '@/modules/fieldwork/routes'
import { formRoutes } from '@/modules/form/routes'
import { identityRoutes } from '@/modules/identity/routes'
import { intakeRoutes } from '@/modules/intake/routes'
import { integrityRoutes } from '@/modules/integrity/routes'
import { rosterRoutes } from '@/modules/roster/routes'
import { roundsRoutes } from '@/modules/rounds/routes'
import { alarmRoutes } from '@/modules/alarm/routes'
import { fenceRoutes } from '@/modules/fence/routes'
import { spoofRoutes } from '@/modules/spoof/routes'
import { wallRoutes } from '@/modules/wall/routes'
import { callsRoutes } from '@/modules/calls/routes'
import { cameraRoutes } from '@/modules/camera/routes'
import { sensorRoutes } from '@/modules/sensor/routes'
import { patrolRoutes } from '@/modules/patrol/routes'
import { platformRoutes } from '@/modules/platform/routes'
import { rectifyRoutes } from '@/modules/rectify/routes'
import { regionRoutes } from '@/modules/region/routes'
import { reportRoutes } from '@/modules/report/routes'
import { resultsRoutes } from '@/modules/results/routes'
import { samplingRoutes } from '@/modules/sampling/routes'
import { surveyRoutes } from '@/modules/survey/routes'
import { whistleRoutes } from '@/modules/whistle/routes'
import { tallyRoutes } from '@/modules/tally/routes'

declare module 'vue-router' {
  interface RouteMeta {
    title?: string
    /** Any one of these permissions opens the page. */
    permissions?: string[]
    /** Without the shell and without a session. */
    bare?: boolean
    /** A split page: the navigation folds to a rail below 1680 px. */
    split?: boolean
  }
}

export const router = createRouter({
  history: createWebHistory('/'),
  routes: [
    { path: '/', redirect: '/todo' },
    ...rectifyRoutes, ...intakeRoutes, ...exportRoutes, ...caseRoutes, ...whistleRoutes, ...dutyRoutes, ...tallyRoutes, ...patrolRoutes, ...rosterRoutes, ...roundsRoutes, ...alarmRoutes, ...fenceRoutes, ...spoofRoutes, ...wallRoutes, ...callsRoutes, ...cameraRoutes, ...sensorRoutes, ...regionRoutes, ...formRoutes, ...fieldworkRoutes, ...systemRoutes, ...samplingRoutes, ...surveyRoutes, ...integrityRoutes, ...resultsRoutes, ...reportRoutes, ...appraisalRoutes, ...identityRoutes, ...platformRoutes,
    { path: '/:rest(.*)*', name: 'not-found', component: () => import('./NotFound.vue'), meta: { title: '没有这个页面' } },
  ],
})

let asked = false

router.beforeEach(async (to) => {
  if (!asked) {
    asked = true
    await loadSession().catch(() => null)
  }
  if (to.meta.bare) return session.value && to.name === 'sign-in' ? { path: '/todo' } : true
  if (!session.value) return { name: 'sign-in', query: { next: to.fullPath } }
  if (session.value.due.length && to.path !== '/account') return { path: '/account' }
  const needed = to.meta.permissions
  if (needed && !needed.some(can)) return { name: 'not-found', params: { rest: to.path.split('/').slice(1) } }
  return true
})

router.afterEach((to) => {
  document.title = to.meta.title ? `${t(to.meta.title)} · ${t('一网')}` : t('一网')
})
