/** How GraphiQL is built: names by content, everything from here. */
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** Largest chunk that is no surprise, kB before compression: the editor, React and graphql are one. */
const CHUNK_KB = 2_500

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  base: '/graphiql/',
  publicDir: false,
  clearScreen: false,
  plugins: [react()],
  // What makes style elements while it runs asks for this (get-nonce).
  define: { __webpack_nonce__: 'globalThis.hubNonce' },
  build: {
    outDir: fileURLToPath(new URL('../../../../dist/web/graphiql', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: CHUNK_KB,
    reportCompressedSize: false,
    rolldownOptions: {
      // A library says to compilers what does not concern this build.
      onLog: (level, log, told) => {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') told(level, log)
      },
    },
  },
})
