import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const CHUNK_KB = 2_500

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  base: '/graphiql/',
  publicDir: false,
  clearScreen: false,
  plugins: [react()],
  // The package `get-nonce` reads this global.
  define: { __webpack_nonce__: 'globalThis.hubNonce' },
  build: {
    outDir: fileURLToPath(new URL('../../../../dist/web/graphiql', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: CHUNK_KB,
    reportCompressedSize: false,
    rolldownOptions: {
      onLog: (level, log, told) => {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') told(level, log)
      },
    },
  },
})
