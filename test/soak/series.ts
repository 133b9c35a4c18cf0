/** Runs the test files that have random series, with longer series. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** `times` multiplies the number of runs of each series. */
export const soakSeries = async (times: number, seed: number): Promise<{ ok: boolean; files: number }> => {
  const files = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
    .map((file) => join('test', file))
    .filter(
      (file) => file.endsWith('.test.ts') && readFileSync(join(ROOT, file), 'utf8').includes('/support/series.js'),
    )
  const mocha = spawn(join(ROOT, 'node_modules/.bin/mocha'), ['--timeout', '0', ...files], {
    cwd: ROOT,
    env: { ...process.env, SERIES_TIMES: String(times), SERIES_SEED: String(seed) },
    stdio: ['ignore', process.stderr, process.stderr],
  })
  const [status] = await once(mocha, 'close')
  return { ok: status === 0, files: files.length }
}
