import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const OUT = fileURLToPath(new URL('../../../../dist/web/desk', import.meta.url))
const CHUNK_KB = 1_200
const WORTH_BYTES = 1_000
/** Brotli levels above 9 take seconds and save 2 %. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }

const compressed: Plugin = {
  name: 'compressed',
  writeBundle: () => {
    const folder = join(OUT, 'assets')
    for (const file of readdirSync(folder).filter((name) => /\.(?:js|css|svg)$/.test(name))) {
      const bytes = readFileSync(join(folder, file))
      if (bytes.length < WORTH_BYTES) continue
      writeFileSync(join(folder, `${file}.br`), brotliCompressSync(bytes, BROTLI))
      writeFileSync(join(folder, `${file}.gz`), gzipSync(bytes))
    }
  },
}

export default defineConfig({
  root: ROOT,
  base: '/desk/',
  publicDir: false,
  clearScreen: false,
  plugins: [react(), compressed],
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: 'es2022',
    // Assets stay files, because the CSP blocks most inline ones.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: CHUNK_KB,
    reportCompressedSize: false,
  },
})
