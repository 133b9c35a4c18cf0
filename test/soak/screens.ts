/** Looks at every page and form, as each role, in every size and theme: the whole of what `npm test` samples. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export const soakScreens = async (): Promise<{ ok: boolean }> => {
  const mocha = spawn(join(ROOT, 'node_modules/.bin/mocha'), ['test/web/screens.test.ts'], {
    cwd: ROOT,
    env: { ...process.env, SCREENS: 'full' },
    stdio: ['ignore', process.stderr, process.stderr],
  })
  const [status] = await once(mocha, 'close')
  return { ok: status === 0 }
}
