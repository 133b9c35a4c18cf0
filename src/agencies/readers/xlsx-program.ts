import { existsSync, readdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

const SOURCES = new URL('../../', import.meta.url)
const BUILT = new URL('../../../dist/src/agencies/readers/xlsx-worker.js', import.meta.url)

/** Prefers an up-to-date build, which starts four times faster than the TypeScript sources. */
export const workerProgramUrl = (): URL => {
  if (!import.meta.url.endsWith('.ts')) return new URL('./xlsx-worker.js', import.meta.url)
  built ??= isBuilt()
  return built ? BUILT : withLoader()
}

let built: boolean | undefined

const isBuilt = (): boolean => {
  if (!existsSync(BUILT)) return false
  const { mtimeMs } = statSync(BUILT)
  const folder = fileURLToPath(SOURCES)
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.generated.ts'))
    .every((name) => statSync(new URL(name, SOURCES)).mtimeMs <= mtimeMs)
}

/** Registers the TypeScript loader, which a worker thread does not inherit. */
const withLoader = (): URL => {
  // In a thread, the loader's CommonJS version resolves its hooks wrongly.
  const loaderPath = createRequire(import.meta.url)
    .resolve('tsx/esm/api')
    .replace(/\.cjs$/, '.mjs')
  const loader = JSON.stringify(pathToFileURL(loaderPath).href)
  const file = JSON.stringify(new URL('./xlsx-worker.ts', import.meta.url).href)
  const script = `import { register } from ${loader}; register(); await import(${file})`
  return new URL(`data:text/javascript,${encodeURIComponent(script)}`)
}
