/** GraphiQL for tests, rebuilt if its sources are newer. */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const SOURCES = join(ROOT, 'src/web/graphiql')
const BUILT = join(ROOT, 'dist/web/graphiql/index.html')

export const graphiqlBuilt = (): void => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).map((file) => join(SOURCES, file))
  const built = existsSync(BUILT) ? statSync(BUILT).mtimeMs : 0
  if (files.every((file) => statSync(file).mtimeMs <= built)) return
  execFileSync('npm', ['run', '--silent', 'build:graphiql'], { cwd: ROOT, stdio: 'pipe' })
}
