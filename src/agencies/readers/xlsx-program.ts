/** The program of the thread in which workbooks are opened, however the hub itself was started. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

const SOURCES = new URL('../../', import.meta.url)
const BUILT = new URL('../../../dist/src/agencies/readers/xlsx-worker.js', import.meta.url)

/** Compiled it is a plain program; so it is from source where it was built of that, and starts in half the time. */
export const program = (): URL => {
  if (!import.meta.url.endsWith('.ts')) return new URL('./xlsx-worker.js', import.meta.url)
  built ??= isBuilt()
  return built ? BUILT : withLoader()
}

let built: boolean | undefined

/** Of the server's own sources none is younger; what is generated for browsers is made after them. */
const isBuilt = (): boolean => {
  if (!existsSync(BUILT)) return false
  const { mtimeMs } = statSync(BUILT)
  const folder = fileURLToPath(SOURCES)
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.generated.ts'))
    .every((name) => statSync(new URL(name, SOURCES)).mtimeMs <= mtimeMs)
}

/** The loader comes first, which a thread does not inherit. */
const withLoader = (): URL => {
  // The loader's CommonJS half looks for its hooks in the wrong place when it runs in a thread.
  const loaderPath = createRequire(import.meta.url)
    .resolve('tsx/esm/api')
    .replace(/\.cjs$/, '.mjs')
  const loader = JSON.stringify(pathToFileURL(loaderPath).href)
  const file = JSON.stringify(new URL('./xlsx-worker.ts', import.meta.url).href)
  const script = `import { register } from ${loader}; register(); await import(${file})`
  return new URL(`data:text/javascript,${encodeURIComponent(script)}`)
}
