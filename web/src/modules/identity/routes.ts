import type { RouteRecordRaw } from 'vue-router'
import { can } from '@/kit/session'

const admin = ['identity.manage', 'security.manage', 'audit.read', 'messages.read', 'integration.manage']
const people = ['identity.read']

export const identityRoutes: RouteRecordRaw[] = [
  { path: '/signin', name: 'sign-in', component: () => import('./pages/SignInPage.vue'), meta: { title: '登录', bare: true } },
  { path: '/account', component: () => import('./pages/AccountPage.vue'), meta: { title: '我的账号' } },
  { path: '/account/tokens', component: () => import('./pages/OwnTokensPage.vue'), meta: { title: '接口令牌' } },
  {
    path: '/admin', component: () => import('./pages/AdminFrame.vue'), meta: { title: '管理', permissions: admin },
    children: [
      // A guard, not a redirect: redirects are resolved before the session is known.
      { path: '', component: () => import('./pages/UsersPage.vue'), beforeEnter: () => (can('identity.read') ? '/admin/users' : '/admin/audit') },
      { path: 'users', component: () => import('./pages/UsersPage.vue'), meta: { title: '用户', permissions: people } },
      { path: 'posts', component: () => import('./pages/PostsPage.vue'), meta: { title: '岗位', permissions: people } },
      { path: 'roles', component: () => import('./pages/RolesPage.vue'), meta: { title: '角色', permissions: people } },
      { path: 'policy', component: () => import('./pages/PolicyPage.vue'), meta: { title: '安全策略', permissions: people } },
      { path: 'units', component: () => import('./pages/UnitsPage.vue'), meta: { title: '单位', permissions: admin } },
      { path: 'tokens', component: () => import('./pages/TokensPage.vue'), meta: { title: '接口令牌', permissions: admin } },
      { path: 'messages', component: () => import('@/modules/messages/pages/MessagesPage.vue'), meta: { title: '消息', permissions: ['messages.read'] } },
      { path: 'integration', component: () => import('@/modules/integration/pages/IntegrationPage.vue'), meta: { title: '对接', permissions: ['integration.manage'] } },
      { path: 'sign-ins', component: () => import('./pages/SignInsPage.vue'), meta: { title: '登录记录', permissions: ['audit.read'] } },
      { path: 'audit', component: () => import('@/modules/platform/pages/AuditPage.vue'), meta: { title: '审计日志', permissions: ['audit.read'] } },
    ],
  },
]
