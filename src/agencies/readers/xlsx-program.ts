/** Entry script of the worker thread that opens workbooks, for a compiled hub and for one run from source. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

const SOURCES = new URL('../../', import.meta.url)
const BUILT = new URL('../../../dist/src/agencies/readers/xlsx-worker.js', import.meta.url)

/** Compiled code runs directly. From source, an up-to-date build is used because it starts in half the time. */
export const program = (): URL => {
  if (!import.meta.url.endsWith('.ts')) return new URL('./xlsx-worker.js', import.meta.url)
  built ??= isBuilt()
  return built ? BUILT : withLoader()
}

let built: boolean | undefined

/** True if no server source is newer than the build. Files generated for browsers are made later and do not count. */
const isBuilt = (): boolean => {
  if (!existsSync(BUILT)) return false
  const { mtimeMs } = statSync(BUILT)
  const folder = fileURLToPath(SOURCES)
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.generated.ts'))
    .every((name) => statSync(new URL(name, SOURCES)).mtimeMs <= mtimeMs)
}

/** A worker thread does not inherit the TypeScript loader, so this script registers it first. */
const withLoader = (): URL => {
  // In a thread, the CommonJS version of the loader looks for its hooks in the wrong place.
  const loaderPath = createRequire(import.meta.url)
    .resolve('tsx/esm/api')
    .replace(/\.cjs$/, '.mjs')
  const loader = JSON.stringify(pathToFileURL(loaderPath).href)
  const file = JSON.stringify(new URL('./xlsx-worker.ts', import.meta.url).href)
  const script = `import { register } from ${loader}; register(); await import(${file})`
  return new URL(`data:text/javascript,${encodeURIComponent(script)}`)
}
