/**
 * Whole and damaged files are pulled, scored and rolled back by a hub that is killed again and again. Afterwards the
 * three verifications hold.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { connect, migrate } from '../../../src/store/db/db.js'
import * as embedded from '../../../src/store/embedded/index.js'
import { until } from '../../support/until.js'
import { rowsOf } from '../../support/world.js'
import { isGone, named } from '../push/witness.js'
import { randomOf } from '../random.js'
import { type Verified, verifyAll } from '../verified.js'
import type { IntakeWorkerGiven } from './worker.js'

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url))
/** Most steps between two kills. */
const STEPS_APART = 4
/** Most milliseconds into a step at which the hub is killed. */
const INTO_STEP_MS = 400

export interface IntakeKilled {
  ok: boolean
  steps: number
  kills: number
  /** Runs by job and outcome. */
  runs: Record<string, number>
  refused: Record<string, number>
  verified: Verified
}

export const soakIntakeKilled = async (given: {
  steps: number
  seed: number
  progress?: (done: number) => void
}): Promise<IntakeKilled> => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-soak-'))
  const server = await embedded.joinDatabase(join(folder, 'server'))
  const data = join(folder, 'data')
  mkdirSync(data)
  const db = connect(server.url)
  const random = randomOf(given.seed)
  const refused: Record<string, number> = {}
  let [done, kills] = [0, 0]
  let ok = false
  try {
    await migrate(db)
    while (done < given.steps) {
      const name = `intake-${kills}`
      const { steps, seed } = given
      const child = start({ url: named(server.url, name), folder: data, seed, from: done, steps })
      const ended = new Promise((resolve) => child.once('close', resolve))
      const last = done + random.below(STEPS_APART)
      const heard = listen(child, (line) => {
        const [what, of = ''] = line.split(' ')
        if (what === 'refused') refused[of] = (refused[of] ?? 0) + 1
        else done = Number(of) + 1
        given.progress?.(done)
      })
      await Promise.race([ended, until('the steps are done', () => done > last || child.exitCode !== null)])
      if (done < given.steps) await Promise.race([ended, wait(random.below(INTO_STEP_MS))])
      const isKilled = child.exitCode === null && child.kill('SIGKILL')
      await Promise.all([ended, heard])
      if (child.exitCode !== null && child.exitCode !== 0) throw new Error(`the hub ended with ${child.exitCode}`)
      if (isKilled) kills += 1
      await until('its connections are closed', () => isGone(db, name))
    }
    const verified = await verifyAll({ DATABASE_URL: server.url, DATA_DIR: data })
    const runs = await rowsOf(
      db,
      `select job || ' ' || outcome as what, count(*)::int as n from runs group by 1 order by 1`,
    )
    ok = verified.ok && kills > 0 && verified.scores > 0 && verified.operators > 0
    return {
      ok,
      steps: done,
      kills,
      runs: Object.fromEntries(runs.map(({ what, n }) => [String(what), Number(n)])),
      refused,
      verified,
    }
  } finally {
    await db.destroy()
    await server.leave()
    if (ok) rmSync(folder, { recursive: true, force: true })
    else process.stderr.write(`kept: ${folder}\n`)
  }
}

const start = (given: IntakeWorkerGiven): ChildProcess =>
  spawn(process.execPath, ['--import', 'tsx', WORKER, JSON.stringify(given)], { stdio: ['ignore', 'pipe', 'inherit'] })

/** Resolves when the process has closed its output. */
const listen = async (child: ChildProcess, hear: (line: string) => void): Promise<void> => {
  if (child.stdout) for await (const line of createInterface({ input: child.stdout })) hear(line)
}
