import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The faces: source document → place in dist, which is also its address. */
const faces: Record<string, string> = {
  'apps/console/index.html': 'index.html',
  'apps/public/index.html': 'p/index.html',
}

/** Puts every face's document where the server expects it, in development and in the build. */
function facesAtTheirAddress(): Plugin {
  return {
    name: 'faces-at-their-address',
    configureServer(server) {
      server.middlewares.use((request, _response, next) => {
        const path = request.url ?? '/'
        const isDocument = request.headers.accept?.includes('text/html') && !path.startsWith('/api')
        if (isDocument) request.url = path.startsWith('/p/') || path === '/p' ? '/apps/public/index.html' : '/apps/console/index.html'
        next()
      })
    },
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        for (const [source, target] of Object.entries(faces)) {
          const document = bundle[source]
          if (document?.type !== 'asset') continue
          this.emitFile({ type: 'asset', fileName: target, source: document.source })
          delete bundle[source]
        }
        this.emitFile({ type: 'asset', fileName: '.gitkeep', source: '' }) // the marker that lets a checkout compile without a build
      },
    },
  }
}

export default defineConfig({
  plugins: [vue(), facesAtTheirAddress()],
  resolve: { alias: { '@': here('./src') } },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0, // the content security policy allows no data: sources
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    rollupOptions: { input: Object.keys(faces).map((path) => here(`./${path}`)) },
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': process.env.YIWANG_API ?? 'http://127.0.0.1:8080' },
  },
  test: { environment: 'node', include: ['src/**/*.test.ts'] },
})
