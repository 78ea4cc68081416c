import { VueQueryPlugin } from '@tanstack/vue-query'
import { createApp } from 'vue'
import '@/ui/tokens.css'
import '@/ui/base.css'
import '@/ui/public.css'
import '@/ui/officer.css'
import '@/kit/theme'
import { startLanguage } from '@/kit/i18n'
import { queryClient } from '@/kit/query'
import { followRenewal } from '@/kit/renewed'
import { startDuty } from '@/modules/officer/duty'
import { recallMe } from '@/modules/officer/me'
import { startOutbox } from '@/modules/officer/outbox'
import { startOffline } from './offline'
import { router } from './router'
import Shell from './Shell.vue'

await startLanguage()
await recallMe()
followRenewal(router)
createApp(Shell).use(VueQueryPlugin, { queryClient }).use(router).mount('#app')
startOutbox()
startDuty()
startOffline()
