import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The faces: source document → place in dist, which is also its address. */
const faces: Record<string, string> = {
  'apps/console/index.html': 'index.html',
  'apps/public/index.html': 'p/index.html',
  'apps/officer/index.html': 'm/index.html',
  'apps/screen/index.html': 'screen/index.html',
}

/** Faces that work without a network: the first part of their address → the folder of their worker. */
const offline: Record<string, string> = { p: 'public', m: 'officer' }

/** The first part of an address → the folder of its face; the console has the rest. */
const folders: Record<string, string> = { ...offline, screen: 'screen' }

/** Puts every face's document where the server expects it, in development and in the build. */
function facesAtTheirAddress(): Plugin {
  return {
    name: 'faces-at-their-address',
    configureServer(server) {
      server.middlewares.use((request, _response, next) => {
        const path = request.url ?? '/'
        const isDocument = request.headers.accept?.includes('text/html') && !path.startsWith('/api')
        if (isDocument) request.url = `/apps/${folders[/^\/(\w+)(?=[/?]|$)/.exec(path)?.[1] ?? ''] ?? 'console'}/index.html`
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

/** A face without a network: its worker, with the files it keeps, its manifest and its icon. */
function worksOffline(at: string, folder: string): Plugin {
  return {
    name: `${folder}-offline`,
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const files = new Set([`${at}/manifest.json`, `${at}/icon.svg`])
        const follow = (name: string): void => {
          const chunk = bundle[name]
          if (chunk?.type !== 'chunk' || files.has(name)) return
          files.add(name)
          for (const part of [...(chunk.viteMetadata?.importedCss ?? []), ...(chunk.viteMetadata?.importedAssets ?? [])]) files.add(part)
          for (const next of [...chunk.imports, ...chunk.dynamicImports]) follow(next)
        }
        for (const chunk of Object.values(bundle)) if (chunk.type === 'chunk' && chunk.facadeModuleId?.endsWith(`apps/${folder}/index.html`)) follow(chunk.fileName)
        const list = [...files].sort().map((name) => `/${name}`)
        const worker = readFileSync(here(`./apps/${folder}/sw.js`), 'utf8')
        const build = createHash('sha256').update(list.join() + worker).digest('hex').slice(0, 16)
        this.emitFile({ type: 'asset', fileName: `${at}/sw.js`, source: `const build = '${build}'\nconst files = ${JSON.stringify(list)}\n${worker}` })
        this.emitFile({ type: 'asset', fileName: `${at}/manifest.json`, source: readFileSync(here(`./apps/${folder}/manifest.json`)) })
        this.emitFile({ type: 'asset', fileName: `${at}/icon.svg`, source: readFileSync(here('./src/ui/brand.svg')) })
      },
    },
  }
}

export default defineConfig({
  plugins: [vue(), facesAtTheirAddress(), ...Object.entries(offline).map(([at, folder]) => worksOffline(at, folder))],
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
    proxy: { '/api': { target: process.env.YIWANG_API ?? 'http://127.0.0.1:8080', ws: true } },
  },
  test: { environment: 'node', include: ['src/**/*.test.ts'] },
})
