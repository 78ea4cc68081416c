import { createApp } from 'vue'
import '@fontsource/b612/latin-400.css'
import '@fontsource/b612/latin-700.css'
import '@/ui/screen.css'
import { startLanguage } from '@/kit/i18n'
import { openLink } from '@/modules/wall/link'
import WallPage from '@/modules/wall/pages/WallPage.vue'

await startLanguage()
await openLink()
createApp(WallPage).mount('#app')
