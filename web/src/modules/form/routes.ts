import type { RouteRecordRaw } from 'vue-router'

const read = ['survey.read', 'survey.manage', 'appraisal.read']

export const formRoutes: RouteRecordRaw[] = [
  { path: '/appraisal/questionnaires', component: () => import('./pages/QuestionnairesPage.vue'), meta: { title: '问卷', permissions: read } },
  { path: '/appraisal/questionnaires/:id', component: () => import('./pages/EditorPage.vue'), props: true, meta: { title: '问卷', permissions: read, split: true } },
]
