import { VueQueryPlugin } from '@tanstack/vue-query'
import { createApp } from 'vue'
import '@/ui/tokens.css'
import '@/ui/base.css'
import '@/ui/console.css'
import '@/kit/theme'
import { startLanguage } from '@/kit/i18n'
import { queryClient } from '@/kit/query'
import { followRenewal } from '@/kit/renewed'
import App from './App.vue'
import { router } from './router'

await startLanguage()
followRenewal(router)
createApp(App).use(VueQueryPlugin, { queryClient }).use(router).mount('#app')
