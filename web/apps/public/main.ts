import { VueQueryPlugin } from '@tanstack/vue-query'
import { createApp } from 'vue'
import '@/ui/tokens.css'
import '@/ui/base.css'
import '@/ui/public.css'
import '@/kit/theme'
import { startElder } from '@/kit/elder'
import { startLanguage } from '@/kit/i18n'
import { queryClient } from '@/kit/query'
import { followRenewal } from '@/kit/renewed'
import { startOutbox } from '@/modules/answer/outbox'
import { startReports } from '@/modules/citizen/outbox'
import { startOffline } from './offline'
import { router } from './router'
import Shell from './Shell.vue'

startElder()
await startLanguage()
followRenewal(router)
createApp(Shell).use(VueQueryPlugin, { queryClient }).use(router).mount('#app')
startOutbox()
startReports()
startOffline()
